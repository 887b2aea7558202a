"""Stage 7: what comes back is inspected, put to use again, and paid back."""
