"""What one item says or does about another."""
