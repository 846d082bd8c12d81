"""The audit chain as people read it: found by who, what, when; shown with what was before."""
