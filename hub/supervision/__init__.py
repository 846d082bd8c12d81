"""监管: how every body stands, by indicators that are counted from what happened."""
