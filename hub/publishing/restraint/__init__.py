"""What holds calls back: open circuit breakers, and pauses that platforms asked for."""
