"""How publishing stands at this moment, in a few figures that cost next to nothing."""
