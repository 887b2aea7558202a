"""Picking: a tote or a cart is led along the shortest walk, and every unit that is taken is proven."""
