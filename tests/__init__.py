"""The tests; a package, because one of the libraries brings a top-level folder of this name along."""
