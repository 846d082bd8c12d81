"""Topics with figures that open, suggestions decided, watches, sources and models kept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from hub.kernel.clock import CHINA
from hub.kernel.database import Transaction
from hub.opinion.issues import store
from hub.opinion.issues.models import Suggestion, SuggestionKind, Verification
from hub.opinion.judging.models import Field, StoredModel
from hub.opinion.judging.store import add_model
from hub.organisations.models import BodyKind, NewBody, NewPerson, Role
from tests.web.console.conftest import PASSWORD, Office
from tests.web.console.opinion.voices import hear, lately, said

ESTATE = ("云栖苑交房三年办不了房产证", "云栖苑业主没有拿到房产证", "再问云栖苑房产证何时办理")
BUS = ("十七路公交末班车太早，加班的人回不了家", "希望延长十七路公交末班车时间")


async def heard(office: Office) -> tuple[str, str]:
    """Two topics, the larger first."""
    await hear(
        office,
        [
            said(n, text, place="成都市武侯区", event_at=lately(office, 2 + n))
            for n, text in enumerate(ESTATE)
        ],
    )
    await hear(
        office,
        [said(50 + n, text, event_at=lately(office, 2 + n)) for n, text in enumerate(BUS)],
        topic="交通运输",
    )
    first, second = await office.desk.listening.issues.hot()
    return first.issue.id, second.issue.id


async def test_every_figure_of_a_topic_opens_the_messages_behind_it(office: Office) -> None:
    estate, _ = await heard(office)
    page = await office.see("office", f"/opinion/topics/{estate}")
    links = set(re.findall(r'href="/console(/opinion\?issue=[^"]+)"', page))
    assert len(links) >= 4  # all, a day, a channel, a place
    for link in links:
        behind = await office.see("office", link.replace("&amp;", "&"))
        assert behind.count("/opinion/signals/") in range(1, 4), link
        assert "十七路" not in behind
    hot = await office.see("office", "/opinion/topics")
    assert "<polyline" in hot
    tile = re.search(r'href="/console(/opinion\?city=[^"]+)" aria-label="成都 3 条"', hot)
    assert tile
    tiled = await office.see("office", tile[1].replace("&amp;", "&"))
    assert len(set(re.findall(r"/opinion/signals/(\w{26})", tiled))) == 3
    assert "4" in await office.see("office", "/opinion/topics?days=30&body=city")


async def test_what_is_suggested_is_done_or_declined_with_a_reason(office: Office) -> None:
    estate, bus = await heard(office)
    now = office.desk.clock.now()
    merge = Suggestion(
        kind=SuggestionKind.MERGE, issue_id=bus, others=(estate,), score=0.4, made_at=now
    )

    def suggest(tx: Transaction) -> None:
        store.put_suggestions(tx, [merge])

    await office.desk.database.write(suggest, audited=False)
    page = await office.see("media", "/opinion/suggestions")
    assert "十七路" in page
    assert "云栖苑" in page
    told = {"issue": bus, "kind": "merge"}
    await office.send("media", "/opinion/suggestions/refuse", {**told, "why": " "}, 400)
    await office.send("media", "/opinion/suggestions/refuse", {**told, "why": "两件事"})
    await office.send("media", "/opinion/suggestions/accept", told, 404)
    await office.desk.database.write(suggest, audited=False)
    target = await office.send("media", "/opinion/suggestions/accept", told)
    assert target.startswith(f"/console/opinion/topics/{estate}")
    assert "已并入" in await office.see("media", f"/opinion/topics/{bus}")
    await office.send("media", f"/opinion/topics/{estate}/split", status=409)


async def test_hearsay_is_looked_into_and_a_case_comes_of_a_topic(office: Office) -> None:
    estate, _ = await heard(office)
    path = f"/opinion/topics/{estate}"
    await office.desk.listening.issues.verify(estate, Verification.OPEN, actor="office")
    assert estate in await office.see("media", "/opinion/rumours?only=unanswered")
    await office.send("media", f"{path}/verify", {"found": "perhaps"}, 400)
    await office.send("media", f"{path}/verify", {"found": "refuted"})
    assert "经核实不实" in await office.see("media", path)
    await office.send("media", f"{path}/unlink", status=404)
    case = {"title": "云栖苑办证", "kind": "opinion", "level": "major"}
    await office.send("media", f"{path}/case", case, 403)
    await office.send("office", f"{path}/case", {**case, "level": "huge"}, 400)
    await office.send("office", f"{path}/case", {**case, "title": " "}, 400)
    await office.send("office", f"{path}/case", case)
    [made] = await office.desk.listening.cases.about(estate)
    assert (made.title, made.level, made.opened_by) == ("云栖苑办证", "major", "office")
    assert made.id in await office.see("media", path)


async def test_a_watch_is_of_who_made_it(office: Office) -> None:
    new = {"name": "办证", "include": "房产证、不动产 办证", "exclude": "广告"}
    await office.send("media", "/opinion/watches/add", {**new, "include": ""}, 400)
    await office.send("media", "/opinion/watches/add", new)
    [held] = await office.desk.listening.watches.all()
    assert held.include == ("房产证", "不动产", "办证")
    assert "办证" in await office.see("media", "/opinion/watches")
    await other_media(office)
    step = {"name": "办证", "event": "paused"}
    await office.send("second", "/opinion/watches/step", step, 403)
    await office.send("second", "/opinion/watches/change", {**new, "include": "甲"}, 403)
    await office.send("office", "/opinion/watches/step", step)
    await office.send("media", "/opinion/watches/change", {**new, "include": "公交+末班"})
    [held] = await office.desk.listening.watches.all()
    assert (held.state, held.include) == ("paused", ("公交+末班",))
    await office.send("media", "/opinion/watches/change", {**new, "include": ""}, 400)


async def other_media(office: Office) -> None:
    new = NewPerson(login="second", name="同事", roles=(("city", Role.MEDIA),))
    await office.desk.organisations.add_person(new, actor="admin")
    await office.desk.factors.give_password(
        "second", password=PASSWORD, must_change=False, actor="admin"
    )


async def test_sources_are_entered_tried_and_paused_by_the_office(office: Office) -> None:
    new = {"name": "wenzheng", "url": "http://127.0.0.1:1/feed", "minutes": "30"}
    await office.send("media", "/opinion/sources/add", new, 403)
    for wrong in ({"minutes": "1"}, {"minutes": "x"}, {"url": "ftp://a"}, {"paths": "title"}):
        await office.send("office", "/opinion/sources/add", {**new, **wrong}, 400)
    await office.send("office", "/opinion/sources/add", {**new, "body": "nowhere"}, 404)
    await office.send("office", "/opinion/sources/add", new)
    assert "wenzheng" in await office.see("media", "/opinion/sources")
    tried = await office.send("office", "/opinion/sources/check", {"name": "wenzheng"}, 200)
    assert "读取失败" in tried
    await office.send("office", "/opinion/sources/step", {"name": "wenzheng", "event": "paused"})
    assert "已暂停" in await office.see("media", "/opinion/sources")


async def test_another_version_is_put_to_use_by_the_office(office: Office) -> None:
    def keep(tx: Transaction) -> None:
        for active in (False, True):
            add_model(tx, model(office, active=active))

    await office.desk.database.write(keep, audited=False)
    assert "0.812" in await office.see("media", "/opinion/models")
    chosen = {"field": "topic", "version": "1"}
    await office.send("media", "/opinion/models/use", chosen, 403)
    await office.send("office", "/opinion/models/use", {**chosen, "version": "9"}, 404)
    await office.send("office", "/opinion/models/use", {**chosen, "version": "x"}, 400)
    await office.send("office", "/opinion/models/train", {"field": "mood"}, 400)
    await office.send("office", "/opinion/models/use", chosen)
    found = await office.desk.listening.judging.models(Field.TOPIC)
    assert [one.active for one in found] == [False, True]


def model(office: Office, *, active: bool) -> StoredModel:
    scores: dict[str, Any] = dict.fromkeys(
        ("accuracy", "macro_f1", "top_three", "sure", "sure_right"), 0.812
    )
    return StoredModel(
        field=Field.TOPIC,
        version=0,
        taxonomy=1,
        trained_at=office.desk.clock.now() - timedelta(days=1),
        trained_by="system:judging",
        labels=120,
        active=active,
        report={
            "trained": scores,
            "cold": scores,
            "contest": {"texts": 9, "champion": 1, "champion_right": 5, "challenger_right": 6},
        },
    )


async def test_the_map_counts_districts_with_their_city(office: Office) -> None:
    for code, name, parent in (
        ("5101", "成都市人民政府", "province"),
        ("510107", "武侯区人民政府", "5101"),
    ):
        kind = BodyKind.COUNTY if parent == "5101" else BodyKind.CITY
        await office.desk.organisations.add_body(
            NewBody(code=code, name=name, kind=kind, parent_code=parent), actor="admin"
        )
    at = lately(office, 0.1)
    await hear(
        office,
        [
            said(1, "路灯坏了", place="武侯区浆洗街街道", event_at=at),
            said(2, "停水", place="成都市", event_at=at),
            said(3, "塌方", place="青江县", event_at=at),
        ],
    )
    page = await office.see("office", "/opinion/topics?days=30")
    assert 'aria-label="成都 2 条"' in page
    assert 'aria-label="宜宾 0 条"' in page
    day = at.astimezone(CHINA).date()
    behind = await office.see("office", f"/opinion?city=成都&since={day}")
    assert len(set(re.findall(r"/opinion/signals/(\w{26})", behind))) == 2
