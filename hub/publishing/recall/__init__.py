"""撤稿与更正: what happens to a post after it is public, wherever it is."""
