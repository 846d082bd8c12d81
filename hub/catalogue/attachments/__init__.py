"""Files that belong to an item: what they really are, what hides in them, and what they say."""
