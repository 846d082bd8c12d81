"""The ledger as people look at it: a page of deliveries, how many there are in which state."""
