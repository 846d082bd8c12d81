"""Spans for an OpenTelemetry collector; without its setting, nothing of it is imported."""
