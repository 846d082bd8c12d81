"""An installation moved between databases: every table, row by row, and proved afterwards.

While a target is being filled its revision reads `copying`, so that no program of ours opens it;
beside the rows it keeps how far each table is, written in the transaction that wrote them. A copy
that is killed goes on where it stopped.
"""
