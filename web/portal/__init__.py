"""The public site: everything that was published, for everybody, without JavaScript."""
