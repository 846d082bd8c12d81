"""A request that is sent again is carried out once: idempotency keys."""
