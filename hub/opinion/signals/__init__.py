"""Signals: every message, comment, mention, survey answer and call in one form, without its author.

`service.SignalService.collect` is the one way in, for everything that hears citizens.
"""
