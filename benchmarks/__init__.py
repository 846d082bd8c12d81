"""Measurements side by side with a named peer or limit, as ratios."""
