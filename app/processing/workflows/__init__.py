"""Orders by phone and at the counter."""
