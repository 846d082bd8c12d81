"""Reports that staff put together: what is counted, what is shown, when they are made, for whom."""
