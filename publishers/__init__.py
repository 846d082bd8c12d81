"""One folder per channel, both directions, and the little that channels share."""
