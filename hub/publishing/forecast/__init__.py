"""Plays plans against the modelled limits, to tell when each wave would be finished."""
