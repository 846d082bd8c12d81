"""Editions, plans, deliveries, attempts and receipts: how an approved item leaves the house."""
