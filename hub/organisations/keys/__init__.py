"""Keys that belong to the installation: made once, kept sealed by the vault."""
