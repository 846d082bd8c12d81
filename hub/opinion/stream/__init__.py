"""What analysts look through: signals with their judgements, narrowed and paged by indexes."""
