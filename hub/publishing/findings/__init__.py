"""What the checks found, in one list, and what people said to it in writing."""
