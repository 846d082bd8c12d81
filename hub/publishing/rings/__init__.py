"""Canary rings: one account of each channel first, then one in a hundred, then all."""
