"""What every area stands on: time, ids, errors, the audit chain, state tables, the database."""
