"""What citizens send on any channel, kept once, and what they are answered, in time."""
