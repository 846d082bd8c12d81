"""How items are classified: theme, genre, and what of the law's list they are."""
