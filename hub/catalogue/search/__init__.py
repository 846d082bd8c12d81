"""Searching the catalogue: an index derived from the database, never a second truth.

`gongkai search rebuild` makes it anew from the database at any time; a follower keeps it up to
date; what a reader is shown is always loaded from the database.
"""
