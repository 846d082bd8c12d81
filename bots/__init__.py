"""What answers citizens from what was published, on any channel: it knows no platform."""
