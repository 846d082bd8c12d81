"""Telling people of public opinion by the outbox of alerts, at night only of what is grave."""
