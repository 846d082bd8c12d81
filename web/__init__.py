"""HTTP: health and metrics for operators, and the platforms' callbacks."""
