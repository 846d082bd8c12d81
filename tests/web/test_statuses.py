"""An error of ours has the same status wherever it is served."""

from __future__ import annotations

import pytest

from hub.kernel.errors import GongkaiError, Misconfigured, Unavailable, Words
from hub.organisations.errors import RoleNeeded
from hub.publishing.errors import UnsignedEdition
from hub.review.errors import ClockExpired
from web.statuses import TooLarge, status_of

SAID = Words("错", "wrong")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnsignedEdition(SAID), 409),  # a refused delivery, and no fault of the server
        (ClockExpired(SAID), 409),
        (RoleNeeded(SAID), 403),
        (TooLarge(SAID), 413),
        (Unavailable(SAID), 503),
        (Misconfigured(SAID), 500),
    ],
    ids=lambda one: one.code if isinstance(one, GongkaiError) else str(one),
)
def test_an_error_says_what_it_is_to_everybody(error: GongkaiError, status: int) -> None:
    assert status_of(error) == status
