"""What crosses stages: sign-in, home, look-up."""
