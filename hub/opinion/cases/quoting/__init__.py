"""What the answer to a case quotes from published items, each with its source."""
