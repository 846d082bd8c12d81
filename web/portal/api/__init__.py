"""The read API: everything public as JSON, described in OpenAPI."""
