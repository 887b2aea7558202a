"""Sign-in and home."""
