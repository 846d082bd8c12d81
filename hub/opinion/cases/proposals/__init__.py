"""Cases that the figures of an issue suggest; a person opens them or says why not."""
