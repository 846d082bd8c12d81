"""Telling citizens what came of what they said: who asked for it, and when the answer is public."""
