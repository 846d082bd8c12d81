"""Signing in at an identity provider by OpenID Connect: the client's side of the protocol."""
