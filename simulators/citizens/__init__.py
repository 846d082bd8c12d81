"""A day on which citizens ask, complain and subscribe on five channels, and an office answers.

Citizens write on the simulated platforms, which call a running hub as the real ones do; what
became of every message is counted on the platforms, from what people got to read.
"""
