"""One folder per skill, each exporting SKILL; found by bots.registry, never listed."""
