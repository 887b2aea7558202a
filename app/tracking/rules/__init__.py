"""Pure rules of tracking: carriers' words in one vocabulary, when a mail goes, in which language."""
