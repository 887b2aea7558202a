"""What a station shows and hears: renders Views, forwards touches, decides nothing."""
