"""Labels, badges and cards: one file per kind and printer language."""
