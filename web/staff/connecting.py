"""What the staff API does to connect accounts: the forms, entering one with its secrets, renewing
them, its callback, what a person saw of a test post, and its filing. Secrets go in only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from hub.organisations.models import Account, FilingState, NewAccount, Role
from hub.publishing.connecting.models import Form, FormField
from web.console.governing import STEWARDS
from web.staff.accounts import account_told
from web.staff.asked import instant
from web.staff.board_shapes import StaffAccount
from web.staff.desk import Call
from web.staff.handling_shapes import StaffTrial
from web.staff.shapes import Said
from web.staff.telling import Told
from web.staff.trying import test_of, trial_told

__all__ = [
    "ConnectAccount",
    "FileAccount",
    "RenewAccount",
    "SawTest",
    "StaffCallback",
    "StaffForms",
    "connect_account",
    "file_account",
    "list_forms",
    "make_callback",
    "renew_account",
    "saw_test",
]

_FILING = frozenset({Role.DISCLOSURE_OFFICE, Role.ADMIN})
Short = Annotated[str, Meta(max_length=200)]
Given = Annotated[dict[Short, Annotated[str, Meta(max_length=10_000)]], Meta(max_length=50)]
Instant = Annotated[datetime, Meta(tz=True)]


class RenewAccount(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`credentials` by their names in the channel's form; what is left out keeps its value."""

    credentials: Given = {}
    until: Instant | None = None


class ConnectAccount(RenewAccount, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An account of `body` (a code) on a channel, with what its form asks for."""

    channel: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    handle: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Annotated[str, Meta(min_length=1, max_length=64)]
    base_url: Annotated[str, Meta(max_length=500)] = ""
    region: Annotated[str, Meta(max_length=64)] = ""
    tags: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=50)] = ()
    settings: Given = {}


class FileAccount(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """备案, kept by the disclosure office."""

    filing: FilingState


class SawTest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A person has looked: it is there under `remote_id`, or, without one, it is not."""

    remote_id: Annotated[str, Meta(max_length=255)] = ""


class StaffFormField(Told, frozen=True, kw_only=True):
    """`made`: we make it, and `POST …/callback` tells it."""

    name: str
    words: Said
    secret: bool
    required: bool
    default: str
    made: bool


class StaffForm(Struct, frozen=True, kw_only=True):
    channel: str
    title: Said
    base_url: str
    credentials: tuple[StaffFormField, ...]
    settings: tuple[StaffFormField, ...]


class StaffForms(Struct, frozen=True, kw_only=True):
    forms: tuple[StaffForm, ...]


class StaffCallback(Struct, frozen=True, kw_only=True):
    """What is typed into the platform's page: the address and the secrets, shown this once."""

    address: str
    made: dict[str, str]


async def list_forms(call: Call) -> StaffForms:
    await call.somewhere(STEWARDS)
    forms = call.services.handling.connecting.forms.values()
    return StaffForms(forms=tuple(_form(one) for one in sorted(forms, key=lambda f: f.channel)))


async def connect_account(call: Call) -> StaffAccount:
    """With its secrets in one transaction, for a body that the caller administers."""
    asked: ConnectAccount = call.told
    connecting = call.services.handling.connecting
    form = connecting.form(asked.channel)
    body = await call.services.organisations.body(asked.body)
    await call.within(body.id, STEWARDS)
    new = NewAccount(
        channel=form.channel,
        name=asked.name.strip(),
        handle=asked.handle.strip(),
        body_code=body.code,
        base_url=asked.base_url.strip(),
        region=asked.region.strip(),
        tags=asked.tags,
        filing=FilingState.NOT_FILED,
        authorised_until=instant(asked.until, "until"),
    )
    made = await connecting.enter(new, asked.credentials, asked.settings, actor=call.login)
    return account_told(made, call.services.clock.now())


async def renew_account(call: Call) -> StaffAccount:
    asked: RenewAccount = call.told
    account = await _stewarded(call)
    renewed = await call.services.handling.connecting.renew(
        account.id,
        asked.credentials,
        actor=call.login,
        authorised_until=instant(asked.until, "until"),
    )
    return account_told(renewed, call.services.clock.now())


async def make_callback(call: Call) -> StaffCallback:
    """New secrets for the platform's page."""
    account, connecting = await _stewarded(call), call.services.handling.connecting
    made = await connecting.make_callback(account.id, actor=call.login)
    return StaffCallback(address=connecting.callback(account), made=made)


async def saw_test(call: Call) -> StaffTrial:
    asked: SawTest = call.told
    test = await test_of(call)
    posts = call.services.handling.tests
    return trial_told(await posts.seen(test, actor=call.login, remote_id=asked.remote_id.strip()))


async def file_account(call: Call) -> StaffAccount:
    asked: FileAccount = call.told
    account = await _seen(call)
    await call.operates([account.id], _FILING)
    organisations = call.services.organisations
    filed = await organisations.change_account(account.id, actor=call.login, filing=asked.filing)
    return account_told(filed, call.services.clock.now())


async def _seen(call: Call) -> Account:
    sight = await call.services.sights.of(call.login)
    return await call.services.register.account(call.part("account"), sight)


async def _stewarded(call: Call) -> Account:
    """The account of the path, in sight of the caller, who administers its body."""
    account = await _seen(call)
    await call.operates([account.id], STEWARDS)
    return account


def _form(one: Form) -> StaffForm:
    return StaffForm(
        channel=one.channel,
        title=Said.of(one.title),
        base_url=one.base_url,
        credentials=tuple(_field(field) for field in one.credentials),
        settings=tuple(_field(field) for field in one.settings),
    )


def _field(one: FormField) -> StaffFormField:
    return StaffFormField(
        name=one.name,
        words=Said.of(one.words),
        secret=one.secret,
        required=one.required,
        default=one.default,
        made=one.made is not None,
    )
