"""The register of accounts as people look through it."""
