"""Which HTTP status says what of an error of ours: one table for everything that is served."""

from __future__ import annotations

from collections.abc import Mapping

from hub.conversation.webchat.errors import WritesTooFast
from hub.kernel.errors import (
    Conflict,
    Forbidden,
    GongkaiError,
    InvalidInput,
    NotFound,
    Unavailable,
    Words,
)
from hub.organisations.tokens.errors import TokenRefused
from hub.organisations.tokens.repeats.errors import AnotherRequest
from hub.publishing.errors import DeliveryError

__all__ = ["NotAllowed", "TooLarge", "TooManyAttempts", "TooManyRequests", "status_of"]


class TooLarge(InvalidInput):
    code = "too-large"


class NotAllowed(InvalidInput):
    """The address is one, and knows other methods."""

    code = "method-not-allowed"


class TooManyRequests(Forbidden):
    """One key asks too often; `headers` say how much it may, and when to come again."""

    code = "too-many-requests"

    def __init__(self, words: Words, *, headers: Mapping[str, str], remedy: Words) -> None:
        super().__init__(words, field="Authorization", remedy=remedy)
        self.headers = headers


class TooManyAttempts(Forbidden):
    """So many bad tokens came from one address that more are neither told apart nor recorded."""

    code = "too-many-attempts"


# The first row that matches decides.
_STATUS: tuple[tuple[type[GongkaiError], int], ...] = (
    (TokenRefused, 401),
    (TooManyAttempts, 429),
    (TooManyRequests, 429),
    (AnotherRequest, 422),
    (WritesTooFast, 429),
    (TooLarge, 413),
    (NotAllowed, 405),
    (InvalidInput, 400),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (DeliveryError, 409),  # a plan before the third signature is refused as a delivery would be
    (Unavailable, 503),
)


def status_of(error: GongkaiError) -> int:
    """500 for what is wrong with the installation."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
