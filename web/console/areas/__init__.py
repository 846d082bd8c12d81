"""One folder per area of the console, found and never listed: each exports AREA."""
