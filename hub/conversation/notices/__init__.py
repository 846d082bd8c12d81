"""Notices: what the hub tells single people unasked, because they once asked to be told."""
