"""Groups of accounts are changed and deleted here, where it is known what goes by them."""
