"""Whom an identity provider vouches for: its subjects, each linked to one of our people."""
