"""The daily and the weekly brief: computed once from the database, rendered once, sent, kept."""
