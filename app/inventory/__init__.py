"""Inventory: stock by place, lot and status; every change is a movement."""
