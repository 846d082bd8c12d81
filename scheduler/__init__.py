"""When things happen: the clock, the dispatcher, the reconciler and the recurring jobs."""
