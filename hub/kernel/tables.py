"""The table that says which programs can live with this database."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from hub.kernel.columns import metadata

__all__ = ["schema_floor"]

# the oldest revision whose program can live with the tables as they are; written by migrations
schema_floor = Table("schema_floor", metadata, Column("revision", String(32), primary_key=True))
