"""The processes of an installation: what belongs to each role, how one is put together."""
