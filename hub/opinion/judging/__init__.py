"""Judging signals: what kind, which topic, which department, how urgent, in what mood."""
