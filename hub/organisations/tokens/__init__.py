"""Personal tokens: how a person's programs say who they are."""
