"""Quotas: which post of an account holds which of a platform's few slots in a day or month."""
