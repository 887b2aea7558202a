"""Tracking and communication: what carriers say of parcels, and what customers are told."""
