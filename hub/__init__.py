"""The domain: what open government publishing is, with no HTTP and no templates."""
