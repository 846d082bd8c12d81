"""Webhooks: programs are told what happened, signed, again until it is taken."""
