"""Rumours and clarifications (辟谣): which clarification answers which issue, and what has none."""
