"""Shipping: carriers, tariffs, labels, parcels on their way out."""
