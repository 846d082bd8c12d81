"""What waits for one person: to be signed, or to be mended after it came back."""
