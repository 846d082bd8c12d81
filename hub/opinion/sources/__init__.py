"""Feeds that are read for what is said of public bodies: each with its state, read politely."""
