"""Task queues by others, each doing the same posts with a status row before and after.

These scripts run with the interpreter of .venv-others and import nothing of ours.
"""
