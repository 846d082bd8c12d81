"""Plans by day: what goes out when, of whom, and how it stands."""
