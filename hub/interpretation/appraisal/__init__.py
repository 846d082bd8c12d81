"""考评: how well each body interprets its documents, by weights that the province sets."""
