"""What single channels and accounts are given in place of the item's own words."""
