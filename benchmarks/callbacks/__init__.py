"""Callback servers that are measured beside the hub, and the load they all get."""
