"""Lists that staff take away as files: page by page, each of them written into the audit log."""
