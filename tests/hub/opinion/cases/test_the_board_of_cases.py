"""The board: page by page without losing a case, for a body that takes part, and by person."""

from __future__ import annotations

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, InvalidInput
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.opinion.cases.board.models import Looked, Page, View
from hub.opinion.cases.board.service import CaseBoard
from hub.opinion.cases.models import Case, CaseKind, CaseLevel, CaseState, NewCase
from hub.opinion.cases.service import CaseService
from hub.opinion.judging.taxonomy import department_labels
from hub.organisations.authority.sight import Sight
from hub.organisations.errors import RoleNeeded
from hub.organisations.models import Body, NewPerson, Role
from hub.organisations.service import Organisations


@pytest.fixture
async def cases(
    database: Database,
    clock: ManualClock,
    ids: IdSource,
    organisations: Organisations,
    bodies: dict[str, Body],
) -> CaseService:
    people = [
        NewPerson(login="office", name="公开办", roles=(("sc", Role.DISCLOSURE_OFFICE),)),
        NewPerson(login="editor", name="小李", roles=(("jy", Role.EDITOR),)),
        NewPerson(login="second", name="小王", roles=(("cd", Role.CLERK),)),
        NewPerson(login="media", name="小张", roles=(("jy", Role.MEDIA),)),
    ]
    await organisations.import_people(people, actor="admin")
    return CaseService(
        database=database, clock=clock, ids=ids, departments=department_labels(), strict=True
    )


@pytest.fixture
def board(database: Database, clock: ManualClock) -> CaseBoard:
    return CaseBoard(database, clock)


async def opened(cases: CaseService, bodies: dict[str, Body], number: int, *joint: str) -> Case:
    new = NewCase(title=f"第{number}件", kind=CaseKind.OPINION, level=CaseLevel.ORDINARY)
    case = await cases.open(new, actor="office")
    given = {"body_id": bodies["jy"].id, "reason": "主管"}
    return await cases.route(
        case.id, actor="office", joint=[bodies[one].id for one in joint], **given
    )


def of(*bodies: Body) -> View:
    return View(sight=Sight(frozenset(one.id for one in bodies), whole=False))


def titles(page: Page) -> list[str]:
    return [row.case.title for row in page.rows]


@pytest.mark.parametrize("state", [None, CaseState.ROUTED])
async def test_pages_follow_one_another_and_lose_no_case_that_ends_at_the_same_moment(
    cases: CaseService, board: CaseBoard, bodies: dict[str, Body], state: CaseState | None
) -> None:
    made = [(await opened(cases, bodies, n)).title for n in range(7)]
    await cases.open(
        NewCase(title="尚未转办", kind=CaseKind.OPINION, level=CaseLevel.GRAVE), actor="office"
    )
    seen, after = [], ""
    while True:
        looked = Looked(state=state, after=after, limit=3)
        page = await board.page(looked, of(bodies["jy"]))
        seen += titles(page)
        after = page.end
        if not after:
            break
    assert sorted(seen) == sorted(made)
    assert seen == (made if state is None else made[::-1])


async def test_a_body_that_takes_part_sees_the_case_until_it_is_returned(
    cases: CaseService, board: CaseBoard, bodies: dict[str, Body], organisations: Organisations
) -> None:
    case = await opened(cases, bodies, 1, "cd")
    await opened(cases, bodies, 2)
    assert titles(await board.page(Looked(), of(bodies["cd"]))) == ["第1件"]
    assert (await board.counts(of(bodies["cd"])))[0][CaseState.ROUTED] == 1
    assert len(titles(await board.page(Looked(), of(bodies["jy"], bodies["cd"])))) == 2
    head = NewPerson(login="head", name="王处", roles=(("jy", Role.SECTION_HEAD),))
    await organisations.add_person(head, actor="admin")
    await cases.send_back(case.id, "不属本单位", actor="head")
    assert titles(await board.page(Looked(), of(bodies["cd"]))) == []


async def test_a_case_is_given_to_who_may_handle_it_and_found_by_person(
    cases: CaseService, board: CaseBoard, bodies: dict[str, Body], database: Database
) -> None:
    case = await opened(cases, bodies, 1, "cd")
    await opened(cases, bodies, 2)
    assert [one.login for one in await cases.handlers(case.id)] == ["editor", "second"]
    for stranger in ("media", "office", "nobody"):
        with pytest.raises(InvalidInput):
            await cases.assign(case.id, stranger, actor="editor")
    with pytest.raises(RoleNeeded):
        await cases.assign(case.id, "second", actor="media")
    await cases.assign(case.id, "second", actor="editor")
    await cases.assign(case.id, "second", actor="editor")
    view = of(bodies["jy"])
    assert titles(await board.page(Looked(assignee="second"), view)) == ["第1件"]
    assert titles(await board.page(Looked(assignee="second", state=CaseState.ROUTED), view)) == [
        "第1件"
    ]
    assert titles(await board.page(Looked(assignee="editor"), view)) == []
    assert [one.name for one in await board.assignees(view)] == ["小王"]
    found = await database.read(lambda c: read_events(c, kinds=["opinion.case.assigned"]))
    assert [event["data"]["assignee"] for event in found] == ["second"]
    await cases.assign(case.id, "", actor="editor")
    assert await board.assignees(view) == []


async def test_a_case_that_no_body_has_is_given_to_nobody(cases: CaseService) -> None:
    new = NewCase(title="新的", kind=CaseKind.OPINION, level=CaseLevel.ORDINARY)
    case = await cases.open(new, actor="office")
    with pytest.raises(RoleNeeded):
        await cases.assign(case.id, "editor", actor="editor")
    loose = await cases.handlers(case.id)
    assert loose == []
    with pytest.raises(Conflict):
        await cases.assign(case.id, "editor", actor="system:bots")
