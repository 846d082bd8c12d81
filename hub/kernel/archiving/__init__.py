"""Finished months of tables that only grow: written into files that prove themselves, then removed.

An archive is compressed JSON Lines with a manifest beside it. What is in it can be checked without
the database; what is removed from the database is exactly what stands in a checked file.
"""
