"""Posts that come again by a rule, as long as what they say is valid."""
