"""Order processing: an order is complete or held with its reasons; what is complete is reserved and becomes work."""
