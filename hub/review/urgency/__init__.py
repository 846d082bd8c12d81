"""紧急: shorter limits, the same three steps, and a fourth pair of eyes afterwards."""
