"""The pre-flight board: what would stop a plan is found a day, an hour and minutes before it.

Source of the idea: publishing-lessons, "T-minus pre-flight board": a release was late because one
of many pages had not been authorised the evening before, and a manual check had missed it.
"""
