"""Whether an item is in force: decisions with their history, and what dates alone decide."""
