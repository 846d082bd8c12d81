"""The processes of an installation: which are alive, and which one leads."""
