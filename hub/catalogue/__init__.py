"""Items: what a body has to publish, with the metadata that describes it."""
