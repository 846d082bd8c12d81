"""A day of the hub in minutes: its clock, its world, and what is measured of it."""
