from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from hub.catalogue.errors import StaleVersion
from hub.catalogue.models import Attribute, Item, ItemDraft, ItemState
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.kernel.database import Database
from hub.kernel.errors import GongkaiError, InvalidInput
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.organisations.errors import UnknownPerson
from hub.organisations.models import Body, Role
from hub.organisations.service import Organisations
from hub.review import store
from hub.review.determination.service import Determinations
from hub.review.errors import (
    ApprovalClosed,
    AuthorSigns,
    ManifestChanged,
    NotItsTurn,
    NotPublic,
    SamePerson,
    UnknownApproval,
    Unsigned,
    WrongRole,
)
from hub.review.models import Approval, ReviewStep
from hub.review.rules import refuse_unsigned
from hub.review.service import Review
from hub.review.tables import signatures
from simulators.determining import ORDINARY

FIRST, SECOND, THIRD = ReviewStep
STEPS = {FIRST: "clerk", SECOND: "head", THIRD: "leader"}
ENTRIES = {"weibo": hashlib.sha256(b"weibo").hexdigest()}

Submit = Callable[..., Awaitable[Approval]]


@pytest.fixture
async def item(
    catalogue: Catalogue, determinations: Determinations, draft: ItemDraft, reviewers: None
) -> Item:
    found = await catalogue.add(draft, actor="clerk")
    await determinations.determine(found.id, ORDINARY, actor="clerk")
    return found


@pytest.fixture
def submit(database: Database, ids: IdSource, review: Review, clock: object) -> Submit:
    async def open_one(item: Item, entries: Mapping[str, str] = ENTRIES) -> Approval:
        at = review._clock.now()
        approval_id = ids.new(at)
        await database.write(
            lambda tx: store.open_approval(
                tx,
                approval_id=approval_id,
                item=item,
                entries=entries,
                submitted_by="editor",
                at=at,
            )
        )
        return await review.get(approval_id)

    return open_one


@pytest.fixture
async def approval(item: Item, submit: Submit) -> Approval:
    return await submit(item)


async def sign_all(review: Review, approval: Approval, upto: ReviewStep = THIRD) -> Approval:
    for step, login in STEPS.items():
        approval = await review.sign(approval.id, step, login, approval.hash)
        if step is upto:
            break
    return approval


async def test_the_third_signature_approves_the_item(
    review: Review, catalogue: Catalogue, approval: Approval
) -> None:
    assert (await catalogue.get(approval.item_id)).state is ItemState.IN_REVIEW
    assert not (await sign_all(review, approval, SECOND)).complete
    signed = await review.sign(approval.id, THIRD, "leader", approval.hash, "同意　发布")
    assert signed.complete
    assert [s.step for s in signed.signatures] == list(ReviewStep)
    assert (await catalogue.get(approval.item_id)).state is ItemState.APPROVED


async def test_who_entered_the_item_may_sign_first_where_the_body_allows_it(
    review: Review, approval: Approval
) -> None:
    assert (await review.sign(approval.id, FIRST, "clerk", approval.hash)).next_step is SECOND


async def test_who_entered_or_edited_may_not_sign_first_where_the_body_forbids_it(
    review: Review,
    catalogue: Catalogue,
    organisations: Organisations,
    draft: ItemDraft,
    bodies: dict[str, Body],
    submit: Submit,
    determinations: Determinations,
    reviewers: None,
) -> None:
    await organisations.grant("head", "jy", Role.CLERK, actor="admin")
    strict = replace(draft, body_id=bodies["jy"].id)
    item = await catalogue.add(strict, actor="clerk")
    item = await catalogue.edit(item.id, replace(draft_of(item), title="改"), actor="head")
    await determinations.determine(item.id, ORDINARY, actor="clerk")
    approval = await submit(item)
    for author in ("clerk", "head"):
        with pytest.raises(AuthorSigns):
            await review.sign(approval.id, FIRST, author, approval.hash)
    await review.sign(approval.id, FIRST, "allrounder", approval.hash)


@pytest.mark.parametrize(
    ("step", "login", "error"),
    [
        (SECOND, "head", NotItsTurn),
        (THIRD, "leader", NotItsTurn),
        (FIRST, "leader", WrongRole),
        (FIRST, "outsider", WrongRole),
        (FIRST, "nobody", UnknownPerson),
    ],
)
async def test_a_wrong_order_or_person_is_refused(
    review: Review, approval: Approval, step: ReviewStep, login: str, error: type[GongkaiError]
) -> None:
    with pytest.raises(error):
        await review.sign(approval.id, step, login, approval.hash)
    assert (await review.get(approval.id)).signatures == ()


async def test_one_person_never_signs_twice_whatever_their_roles(
    review: Review, approval: Approval
) -> None:
    await review.sign(approval.id, FIRST, "allrounder", approval.hash)
    with pytest.raises(SamePerson):
        await review.sign(approval.id, SECOND, "allrounder", approval.hash)


async def test_a_step_is_signed_once(review: Review, approval: Approval) -> None:
    await review.sign(approval.id, FIRST, "clerk", approval.hash)
    with pytest.raises(NotItsTurn):
        await review.sign(approval.id, FIRST, "allrounder", approval.hash)


async def test_a_person_who_left_signs_nothing(
    review: Review, approval: Approval, organisations: Organisations
) -> None:
    await organisations.deactivate_person("clerk", actor="admin")
    with pytest.raises(UnknownPerson):
        await review.sign(approval.id, FIRST, "clerk", approval.hash)


async def test_a_signature_over_anything_else_is_refused(
    review: Review, approval: Approval
) -> None:
    with pytest.raises(ManifestChanged):
        await review.sign(approval.id, FIRST, "clerk", "0" * 64)


async def test_an_edit_voids_the_approval_even_when_complete(
    review: Review, catalogue: Catalogue, approval: Approval, item: Item
) -> None:
    signed = await sign_all(review, approval)
    refuse_unsigned(signed, "weibo", ENTRIES["weibo"])
    await catalogue.edit(item.id, replace(draft_of(item), title="改"), actor="editor")
    voided = await review.get(approval.id)
    assert voided.void
    assert not voided.complete
    with pytest.raises(Unsigned):
        refuse_unsigned(voided, "weibo", ENTRIES["weibo"])


async def test_an_edit_midway_stops_the_signing(
    review: Review, catalogue: Catalogue, approval: Approval, item: Item
) -> None:
    await sign_all(review, approval, SECOND)
    await catalogue.edit(item.id, replace(draft_of(item), title="改"), actor="editor")
    with pytest.raises(ApprovalClosed):
        await review.sign(approval.id, THIRD, "leader", approval.hash)
    assert (await catalogue.get(item.id)).state is ItemState.DRAFT


async def test_an_edit_back_to_the_same_words_needs_new_signatures(
    review: Review, catalogue: Catalogue, approval: Approval, item: Item
) -> None:
    await sign_all(review, approval)
    await catalogue.edit(item.id, replace(draft_of(item), title="改"), actor="editor")
    back = await catalogue.edit(item.id, draft_of(item), actor="editor")
    assert back.content_hash == item.content_hash
    assert await review.current(item.id, back.version) is None
    assert not (await review.get(approval.id)).complete


async def test_a_new_submission_replaces_an_open_one(
    review: Review, item: Item, approval: Approval, submit: Submit
) -> None:
    await review.sign(approval.id, FIRST, "clerk", approval.hash)
    second = await submit(item, {"weibo": "1" * 64})
    with pytest.raises(ApprovalClosed):
        await review.sign(approval.id, SECOND, "head", approval.hash)
    assert [a.id for a, _ in await review.list()] == [second.id]


async def test_approving_for_more_channels_keeps_what_was_approved(
    review: Review, item: Item, approval: Approval, submit: Submit, database: Database
) -> None:
    await sign_all(review, approval)
    second = await submit(item, {"wechat": "2" * 64})
    assert (await review.get(approval.id)).complete
    assert await review.current(item.id, 1) == await review.get(approval.id)
    await sign_all(review, second)
    newest = await review.current(item.id, 1)
    assert newest is not None
    assert newest.id == second.id
    covering = await database.read(
        lambda c: store.approval_covering(c, item.id, 1, "weibo", ENTRIES["weibo"])
    )
    assert covering is not None
    assert covering.id == approval.id


async def test_a_return_names_its_reason_and_ends_the_approval(
    review: Review, catalogue: Catalogue, approval: Approval
) -> None:
    await review.sign(approval.id, FIRST, "clerk", approval.hash)
    with pytest.raises(InvalidInput):
        await review.send_back(approval.id, "head", "  ")
    with pytest.raises(WrongRole):
        await review.send_back(approval.id, "clerk", "不妥")
    returned = await review.send_back(approval.id, "head", "数据有误")
    assert returned.returned_reason == "数据有误"
    assert (await catalogue.get(approval.item_id)).state is ItemState.RETURNED
    for login in ("head", "leader"):
        with pytest.raises(ApprovalClosed):
            await review.sign(approval.id, SECOND, login, approval.hash)


async def test_a_complete_approval_cannot_be_returned(review: Review, approval: Approval) -> None:
    await sign_all(review, approval)
    with pytest.raises(ApprovalClosed):
        await review.send_back(approval.id, "leader", "晚了")


@pytest.mark.parametrize("attribute", [Attribute.WITHHELD, Attribute.ON_APPLICATION])
async def test_only_proactive_items_are_submitted(
    catalogue: Catalogue, draft: ItemDraft, submit: Submit, attribute: Attribute
) -> None:
    item = await catalogue.add(replace(draft, attribute=attribute), actor="editor")
    with pytest.raises(NotPublic):
        await submit(item)
    assert (await catalogue.get(item.id)).state is ItemState.DRAFT


@pytest.mark.parametrize("entries", [{}, {"": "0" * 64}, {"weibo": "short"}, {"weibo": "A" * 64}])
async def test_a_submission_lists_real_hashes(
    item: Item, submit: Submit, entries: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        await submit(item, entries)


async def test_an_item_edited_while_it_was_rendered_is_not_submitted(
    catalogue: Catalogue, item: Item, submit: Submit
) -> None:
    await catalogue.edit(item.id, replace(draft_of(item), title="改"), actor="editor")
    with pytest.raises(StaleVersion):
        await submit(item)


@pytest.mark.parametrize(
    ("name", "digest"), [("weibo", "0" * 64), ("wechat", ENTRIES["weibo"])], ids=["bytes", "name"]
)
async def test_bytes_that_were_not_signed_are_refused(
    review: Review, approval: Approval, name: str, digest: str
) -> None:
    signed = await sign_all(review, approval)
    with pytest.raises(Unsigned):
        refuse_unsigned(signed, name, digest)


def test_no_approval_at_all_is_refused() -> None:
    with pytest.raises(Unsigned):
        refuse_unsigned(None, "weibo", ENTRIES["weibo"])


async def test_what_is_not_there_is_said(review: Review, bodies: dict[str, Body]) -> None:
    with pytest.raises(UnknownApproval):
        await review.get("none")


async def test_every_step_is_in_the_audit_log_with_its_person(
    review: Review, approval: Approval, database: Database
) -> None:
    await sign_all(review, approval)
    told = await database.read(lambda c: read_events(c, subject=approval.item_id))
    assert [(event["kind"].split(".")[-1], event["actor"]) for event in told] == [
        ("entered", "clerk"),
        ("determined", "clerk"),
        ("submitted", "editor"),
        ("signed", "clerk"),
        ("signed", "head"),
        ("signed", "leader"),
        ("completed", "leader"),
    ]


def forged(approval: Approval, **changes: object) -> dict[str, object]:
    """A signature written past the service, by default one that would be right."""
    row = {
        "approval_id": approval.id,
        "step": "section-review",
        "previous_step": "draft-check",
        "person_id": approval.signatures[0].person_id,
        "signed_hash": approval.hash,
        "at": approval.submitted_at,
        "remark": "",
    }
    return row | changes


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"person": "leader", "step": "draft-check", "previous_step": None},
        {"person": "leader", "step": "sign-off", "previous_step": "section-review"},
        {"person": "leader", "step": "sign-off", "previous_step": "draft-check"},
        {"person": "leader", "previous_step": None},
        {"person": "leader", "signed_hash": "0" * 64},
        {"person": "leader", "step": "fourth", "previous_step": "sign-off"},
        {"person_id": "nobody"},
    ],
    ids=["person twice", "step twice", "gap", "skip", "no base", "hash", "step", "person"],
)
async def test_the_tables_refuse_what_the_rules_forbid(
    review: Review,
    organisations: Organisations,
    database: Database,
    approval: Approval,
    changes: dict[str, object],
) -> None:
    signed = await review.sign(approval.id, FIRST, "clerk", approval.hash)
    people = {person.login: person.id for person, _ in await organisations.people()}
    row = forged(signed, **{k: v for k, v in changes.items() if k != "person"})
    if "person" in changes:
        row["person_id"] = people[str(changes["person"])]
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.execute(insert(signatures), row).rowcount, audited=False)


async def test_the_tables_keep_a_manifest_that_was_signed(
    review: Review, database: Database, approval: Approval
) -> None:
    await review.sign(approval.id, FIRST, "clerk", approval.hash)
    changed = update(store.approvals).where(store.approvals.c.id == approval.id)
    with pytest.raises(IntegrityError):
        await database.write(
            lambda tx: tx.execute(changed.values(hash="0" * 64)).rowcount, audited=False
        )
