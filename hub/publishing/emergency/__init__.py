"""An emergency's own way out: seen in full, ordered with a reason, watched to its end."""
