"""A token opens for its owner until it ends, and its secret is nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import InvalidInput
from hub.kernel.events import audit_events
from hub.kernel.ids import IdSource
from hub.organisations.errors import UnknownPerson
from hub.organisations.models import NewPerson, Person
from hub.organisations.service import Organisations
from hub.organisations.tokens import rules
from hub.organisations.tokens.errors import TokenRefused, UnknownToken
from hub.organisations.tokens.models import Token, TokenHolder
from hub.organisations.tokens.service import Tokens
from hub.organisations.tokens.tables import person_tokens
from hub.organisations.vault import Vault

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
async def people(database: Database, clock: ManualClock, ids: IdSource) -> Organisations:
    made = Organisations(database, clock, ids, Vault({"test": bytes(32)}))
    await made.add_person(NewPerson(login="wang", name="王芳"), actor="admin")
    return made


@pytest.fixture
def tokens(people: Organisations, database: Database, clock: ManualClock, ids: IdSource) -> Tokens:
    return Tokens(database, clock, ids)


async def refused(tokens: Tokens, secret: str) -> str:
    with pytest.raises(TokenRefused) as caught:
        await tokens.owner(secret)
    assert len(secret) < 40 or secret not in f"{caught.value} {caught.value!r}"
    return caught.value.why


async def test_a_token_works_until_its_last_moment(tokens: Tokens, clock: ManualClock) -> None:
    issued = await tokens.issue("wang", "脚本", days=1, actor="admin")
    clock.advance(86_400 - 0.001)
    assert (await tokens.owner(issued.secret)).login == "wang"
    clock.advance(0.001)
    assert await refused(tokens, issued.secret) == "expired"


async def test_a_revoked_one_is_refused_and_both_are_recorded_once(
    tokens: Tokens, database: Database
) -> None:
    issued = await tokens.issue("wang", "脚本", actor="admin")
    for _ in range(2):
        await tokens.revoke(issued.token.id, actor="admin")
    assert await refused(tokens, issued.secret) == "revoked"
    kinds = [kind for event in await all_events(database) if "token" in (kind := event[0])]
    assert kinds == ["organisations.token.issued", "organisations.token.revoked"]


async def test_somebody_who_left_has_no_token_that_works(
    tokens: Tokens, people: Organisations
) -> None:
    issued = await tokens.issue("wang", "脚本", actor="admin")
    await people.deactivate_person("wang", actor="admin")
    assert await refused(tokens, issued.secret) == "inactive"
    with pytest.raises(UnknownPerson):
        await tokens.issue("wang", "又一个", actor="admin")


async def test_the_secret_is_kept_nowhere(tokens: Tokens, database: Database) -> None:
    issued = await tokens.issue("wang", "脚本", actor="admin")
    rows = await database.read(lambda c: [tuple(row) for row in c.execute(select(person_tokens))])
    kept = f"{rows} {await all_events(database)} {issued!r}"
    assert issued.secret.removeprefix("gk_") not in kept
    assert issued.token.digest not in repr(issued)


async def test_the_day_of_use_is_noted(tokens: Tokens, clock: ManualClock) -> None:
    issued = await tokens.issue("wang", "脚本", actor="admin")
    assert [one.last_used_on for one in await tokens.of("wang")] == [None]
    clock.advance(2 * 86_400)
    await tokens.owner(issued.secret)
    assert [one.last_used_on for one in await tokens.of("wang")] == [clock.now().date()]


@pytest.mark.parametrize("secret", ["", "gk_", "gk_" + "!" * 43, "x" * 46, "gk_" + "a" * 44])
async def test_what_cannot_be_a_token_is_not_looked_up(tokens: Tokens, secret: str) -> None:
    assert await refused(tokens, secret) == ("malformed" if secret else "missing")


async def test_a_token_that_nobody_issued_is_unknown(tokens: Tokens) -> None:
    assert await refused(tokens, rules.secret_of(bytes(32))) == "unknown"
    with pytest.raises(UnknownToken):
        await tokens.revoke("0" * 26, actor="admin")


@pytest.mark.parametrize(
    ("label", "days", "field"),
    [("", 90, "label"), ("字" * 101, 90, "label"), ("a", 0, "days"), ("a", 366, "days")],
)
def test_a_token_has_a_purpose_and_an_end(label: str, days: int, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rules.check_token(label, days)
    assert caught.value.field == field


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_two_tokens_share_a_digest_only_when_they_are_one(one: bytes, other: bytes) -> None:
    digests = [rules.digest_of(rules.secret_of(random)) for random in (one, other)]
    assert None not in digests
    assert (digests[0] == digests[1]) == (one == other)


def test_a_row_found_by_another_digest_opens_nothing() -> None:
    token = Token(
        id="t",
        person_id="p",
        label="脚本",
        created_by="admin",
        created_at=AT,
        expires_at=rules.expiry(AT, 1),
        digest="a" * 64,
    )
    holder = TokenHolder(token=token, person=Person(id="p", login="wang", name="王芳"))
    assert rules.why_refused(holder, "b" * 64, AT) == "unknown"
    assert rules.why_refused(holder, "a" * 64, AT) == ""
    revoked = replace(holder, token=replace(token, revoked_at=AT))
    assert rules.why_refused(revoked, "a" * 64, AT) == "revoked"


async def all_events(database: Database) -> list[tuple[str, str]]:
    query = select(audit_events.c.kind, audit_events.c.body).order_by(audit_events.c.seq)
    return await database.read(lambda c: [(row.kind, row.body) for row in c.execute(query)])
