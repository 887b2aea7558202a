"""Decisions that cross the stages: who works here, which stations there are, the words of the site."""
