"""One cause, one incident: a thousand failures of one channel and code are one alert."""
