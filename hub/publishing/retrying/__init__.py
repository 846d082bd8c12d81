"""Sending many again at once: looked at first, and never what might already be out."""
