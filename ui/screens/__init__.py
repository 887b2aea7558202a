"""Where the parts of a screen stand. The frame is the same for all; a special look registers for a kind of View."""
