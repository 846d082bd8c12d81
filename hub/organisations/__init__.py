"""Bodies, people and their roles, channel accounts and their filing."""
