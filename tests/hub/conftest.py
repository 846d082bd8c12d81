"""A small province: two bodies, a person per role, and the services of the areas."""

from __future__ import annotations

import pytest

from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.service import Catalogue
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.ids import IdSource
from hub.organisations.models import Body, BodyKind, NewAccount, NewBody, NewPerson, Role
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from hub.review.determination.service import Determinations
from hub.review.service import Review

PROVINCE = NewBody(code="sc", name="四川省人民政府", kind=BodyKind.PROVINCE, region="四川")
CITY = NewBody(
    code="cd", name="成都市人民政府", kind=BodyKind.CITY, region="成都", parent_code="sc"
)
STRICT = NewBody(
    code="jy",
    name="四川省教育厅",
    kind=BodyKind.DEPARTMENT,
    region="四川",
    parent_code="sc",
    separate_author=True,
)
REVIEWERS = {"clerk": Role.CLERK, "head": Role.SECTION_HEAD, "leader": Role.LEADER}


@pytest.fixture
def vault() -> Vault:
    return Vault({"k1": b"1" * 32})


@pytest.fixture
def organisations(
    database: Database, clock: ManualClock, ids: IdSource, vault: Vault
) -> Organisations:
    return Organisations(database, clock, ids, vault)


@pytest.fixture
def catalogue(database: Database, clock: ManualClock, ids: IdSource) -> Catalogue:
    return Catalogue(database, clock, ids)


@pytest.fixture
def review(database: Database, clock: ManualClock, ids: IdSource) -> Review:
    return Review(database, clock, ids)


@pytest.fixture
def determinations(database: Database, clock: ManualClock) -> Determinations:
    return Determinations(database, clock)


@pytest.fixture
async def bodies(organisations: Organisations) -> dict[str, Body]:
    """The province, a city under it and a department that demands a separate author."""
    await organisations.import_bodies([CITY, STRICT, PROVINCE], actor="admin")
    return {body.code: body for body in await organisations.bodies()}


@pytest.fixture
async def reviewers(organisations: Organisations, bodies: dict[str, Body]) -> None:
    """clerk, head and leader in the province and the department; all of it for `allrounder`."""
    people = [
        NewPerson(login=login, name=login, roles=(("sc", role), ("jy", role)))
        for login, role in REVIEWERS.items()
    ]
    every = tuple((code, role) for code in ("sc", "jy") for role in REVIEWERS.values())
    people.append(NewPerson(login="allrounder", name="多面手", roles=every))
    people.append(NewPerson(login="outsider", name="外人", roles=(("cd", Role.CLERK),)))
    await organisations.import_people(people, actor="admin")


@pytest.fixture
def draft(bodies: dict[str, Body]) -> ItemDraft:
    return ItemDraft(
        body_id=bodies["sc"].id,
        external_key="doc-1",
        title="关于印发十四五规划的通知",
        body="第一段。\n\n## 第一章\n\n第二段。",
        attribute=Attribute.PROACTIVE,
        doc_no="川府发[2021]05号",
    )


@pytest.fixture
def weibo() -> NewAccount:
    return NewAccount(
        channel="weibo",
        name="四川发布",
        handle="1001",
        body_code="sc",
        base_url="https://api.weibo.com/",
        tags=("要闻",),
        credentials={"access_token": "secret-a", "refresh_token": "secret-b"},
    )
