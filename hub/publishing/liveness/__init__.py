"""The duty to keep accounts alive: who is near the limit of days without an update, and what is
approved and would suit them.

Inspections fault an account that has had no update for two weeks (2023 notice of the State Council
General Office, 国办公开办; local notices ask for once in 10 days or once a week),
so the limit is a setting of the installation and of each account.
"""
