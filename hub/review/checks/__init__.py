"""Checks before release: what in a text must not go out, should not, or ought to be looked at.

Pure rules over passages of text; what they find refuses a submission (`admission`) until it is
masked or a person with the right role acknowledges it in writing.
"""
