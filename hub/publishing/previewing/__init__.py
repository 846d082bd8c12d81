"""What channels would be given, rendered from a text that is still being written."""
