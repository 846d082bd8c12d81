"""What the public may read: items in the version that was published, and nothing else."""
