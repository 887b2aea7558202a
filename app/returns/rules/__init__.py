"""Pure rules of returns: where a grade leads, what may come back, what is paid back, and how a refusal is worded."""
