"""Conversations on a page of our own: what was told there, and who has the page open."""
