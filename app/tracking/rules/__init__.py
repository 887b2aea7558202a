"""Pure rules of tracking: carriers' words in one vocabulary, and when a mail goes."""
