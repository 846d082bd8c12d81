"""The clocks that run until publication: counted, explained, warned of, escalated."""
