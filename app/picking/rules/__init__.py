"""What picking decides without a database: distances, the order of stops, which proof a stop wants."""
