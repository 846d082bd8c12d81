"""Connecting an account: what its channel asks for, whether the platform knows it, a test post."""
