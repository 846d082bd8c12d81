"""The outbox of alerts: what operators are to be told, and whether they were."""
