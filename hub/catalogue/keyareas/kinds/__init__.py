"""One file per kind of list: its entry form and the rules its numbers must keep."""
