"""What was done to approvals, step by step, voided signatures and refusals included."""
