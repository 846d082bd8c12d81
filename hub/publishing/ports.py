"""What publishing asks of the outside: a channel's outlet, a renderer, a source of media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from hub.catalogue.models import Item
from hub.organisations.models import Account, Body
from hub.publishing.models import Declaration, Part, Quota

__all__ = [
    "ABSENT_AT",
    "PREPARED",
    "Accepted",
    "Access",
    "Alerter",
    "Announcing",
    "ChannelBook",
    "DraftEdition",
    "Finding",
    "Forecasting",
    "Job",
    "Loading",
    "Measured",
    "Measuring",
    "MediaSource",
    "Outlet",
    "Preparing",
    "Reaching",
    "Rendered",
    "Renderer",
    "Verdict",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to reach one account: the API's base URL (no trailing slash), secrets, settings.

    `handle` is the account's name on the platform (chat id, uid, AppID, folder …).
    """

    account_id: str
    handle: str
    base_url: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)


class MediaSource(Protocol):
    async def read(self, sha256: str) -> bytes:
        """The bytes with that hash; raises NotFound. Checked against the hash when stored."""
        ...


class Job(Protocol):
    """One delivery as its publisher sees it, valid while the lease holds.

    `key` is derived from the delivery and never changes: 32 hex characters, to be given to the
    platform as idempotency key or marker. `progress` is what earlier attempts saved. `remote_id`
    is set when the job is to verify, amend or withdraw something published before. `previous_id`
    is the platform's id of the part before this one in a thread, "" for a first part. `started_at`
    is when the first attempt became durable (None before), for matching by time.
    """

    @property
    def delivery_id(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def access(self) -> Access: ...

    @property
    def part(self) -> Part: ...

    @property
    def media(self) -> MediaSource: ...

    @property
    def progress(self) -> Mapping[str, Any]: ...

    @property
    def remote_id(self) -> str: ...

    @property
    def previous_id(self) -> str: ...

    @property
    def started_at(self) -> datetime | None: ...

    async def checkpoint(self, progress: Mapping[str, Any]) -> None:
        """Save `progress` durably and make sure that the lease still holds.

        Call it after each step whose repetition costs something, and before each step that
        cannot be undone. Raises LeaseLost when another worker or a cancellation took over: then
        nothing more may be sent.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The platform took it. `pending`: it still works on it, ask `verify` from time to time.

    What a person should know although it was taken is `receipt["note"]`, in `zh` and `en`.
    `moved_to` is the account's new handle, when the platform said that it has one.
    """

    remote_id: str
    url: str = ""
    receipt: Mapping[str, Any] = field(default_factory=dict)
    pending: bool = False
    adopted: bool = False
    moved_to: str = ""


class Verdict(StrEnum):
    FOUND = "found"  # it is there
    ABSENT = "absent"  # proved: it is not there and will not appear
    PENDING = "pending"  # cannot be said yet; ask again after `retry_after` seconds
    PERSON = "person"  # cannot be said by any program
    GONE = "gone"  # was there and is no longer (deleted, blocked, rejected by review)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a reconciliation or verification found."""

    verdict: Verdict
    remote_id: str = ""
    url: str = ""
    detail: str = ""
    same: bool | None = None  # whether what is public equals what was signed, where that shows
    truncated: bool = False  # what is public is only the beginning of what was signed
    retry_after: float = 30.0
    receipt: Mapping[str, Any] = field(default_factory=dict)


class Outlet(Protocol):
    """One channel's platform, as dispatcher and reconciler see it.

    Every method may raise the errors of `hub.publishing.errors` and nothing else on purpose.
    None of them retries by itself, sleeps for a limit, or holds a transaction. Each has its own
    timeout on every outside call.
    """

    declaration: Declaration

    async def deliver(self, job: Job) -> Accepted:
        """Make the post public. Called at most once per attempt, after the attempt is durable.

        When it ends in Unknown, `reconcile` is called before it is ever called again; when an
        earlier attempt saved progress, it continues from there.
        """
        ...

    async def reconcile(self, job: Job) -> Finding:
        """Settle an unknown outcome without any effect that a repeat could double.

        ABSENT must be proof: the platform was asked and would have shown the post by now.
        A channel whose repeat is harmless answers ABSENT at once: the repeat is the proof.
        """
        ...

    async def verify(self, job: Job) -> Finding:
        """Read back what is public under `job.remote_id` and compare it with `job.part`."""
        ...

    async def withdraw(self, job: Job) -> None:
        """Remove `job.remote_id` from the public; already gone counts as done."""
        ...

    async def amend(self, job: Job) -> Accepted:
        """Replace `job.remote_id` in place by `job.part`; only where EDIT is declared."""
        ...

    async def close(self) -> None:
        """Release what the outlet holds; the wire is closed by its owner."""
        ...


@runtime_checkable
class Loading(Protocol):
    """An outlet that takes a while before its first call, as one whose library is loaded then."""

    async def ready(self) -> None:
        """Return when a call would begin at once. Awaited before an attempt is written ahead, so
        that an attempt is never open for longer than its call."""
        ...


@runtime_checkable
class Forecasting(Protocol):
    """An outlet whose platform says when an account's authorisation ends."""

    async def authorised_until(self, access: Access) -> datetime | None:
        """The moment, or None where the platform does not say; raises Unauthorised when it is
        over already."""
        ...


@runtime_checkable
class Reaching(Protocol):
    """An outlet whose platform can be asked, without any effect, whether it knows an account."""

    async def reach(self, access: Access) -> str:
        """Whose account it is by the platform's own word, "" where it only says that it knows it.
        Raises the errors of `hub.publishing.errors`."""
        ...


ABSENT_AT = "absent_at"  # the engine's own key, too: when a person said that it is not there
PREPARED = "prepared_at"  # the engine's own key in a job's progress: when `prepare` had ended


@runtime_checkable
class Preparing(Protocol):
    """An outlet that can do beforehand what delivering would have to wait for; declared as
    Capability.PREPARE."""

    async def prepare(self, job: Job) -> Mapping[str, Any]:
        """Upload the media of `job.part` hours before it is due, and nothing that anybody sees.

        Returns the progress that `deliver` finds and goes on from, with every key of
        `job.progress` in it; what it saves by `job.checkpoint` on its way counts as well. Called
        again it uploads only what is missing. Raises the errors of `hub.publishing.errors`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How a published post is received, as totals since publication; None: not offered."""

    reads: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None


@runtime_checkable
class Measuring(Protocol):
    """An outlet that can count what became of a post; declared as Capability.MEASURE."""

    async def measure(self, job: Job) -> Measured:
        """The totals of `job.remote_id` now; raises the errors of `hub.publishing.errors`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdition:
    """The parts one channel would be given, for all accounts that share `variation`."""

    channel: str
    variation: Mapping[str, str]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """Every edition of one item, and the pictures they refer to by SHA-256. `unfinished`: one of
    them stands in for a picture that is still being drawn, which only a preview may show."""

    editions: tuple[DraftEdition, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    unfinished: bool = False


class Renderer(Protocol):
    async def render(self, item: Item, body: Body, accounts: Sequence[Account]) -> Rendered:
        """Render `item` once for every channel and variation among `accounts`.

        Deterministic: the same item, accounts and templates give the same bytes. Raises
        InvalidInput, naming channel and limit, where a channel could not take the post: a
        refusal belongs to approval, never to sending.
        """
        ...


class Announcing(Protocol):
    """A renderer of notices: posts that say of an item that it is withdrawn or corrected."""

    async def announce(
        self, item: Item, body: Body, accounts: Sequence[Account], kind: str
    ) -> Rendered:
        """Render the notice of `kind` (`recall`, `correct`) for every channel and variation.

        The variation of such an edition also has `notice`: the kind. A channel that cannot take
        it is left out.
        """
        ...


class ChannelBook(Protocol):
    """What the channels declare, for rules that must not know a channel by name."""

    def declaration(self, channel: str) -> Declaration:
        """The channel's declaration; raises NotFound."""
        ...

    def variation(self, channel: str, settings: Mapping[str, Any]) -> Mapping[str, str]:
        """What of an account's settings shows in its posts; equal values share an edition."""
        ...

    def quotas(self, channel: str, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        """The quotas of an account with these settings: the channel's, or its own."""
        ...


class Alerter(Protocol):
    """One service through which operators are alerted, of their own choice."""

    async def send(self, title: str, text: str) -> bool:
        """Whether the service took it; False also where nobody can say. Never raises, and has its
        own timeout."""
        ...
