"""Rates, pauses and shared windows: the same in memory and in Redis."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from limits.aio.storage import MemoryStorage

from hub.kernel.clock import SystemClock
from hub.kernel.errors import Misconfigured, Words
from hub.publishing.models import (
    Declaration,
    LengthUnit,
    MediaRule,
    Overflow,
    Rate,
    Reconciling,
    Repeat,
)
from hub.publishing.ports import Access
from scheduler.limits import Limiter

HOUR = timedelta(hours=1)
