"""Which accounts a choice reaches, who of them is left out and why, and who has to sign."""
