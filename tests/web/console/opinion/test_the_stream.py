"""Analysts look through what is said of their own bodies, correct it, and leave a trace."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from hub.kernel.clock import CHINA
from hub.kernel.events import read_events
from hub.opinion.judging.models import Band
from hub.organisations.models import NewPerson, Role
from hub.organisations.signin.models import Policy
from tests.web.console.conftest import PASSWORD, Office
from tests.web.console.opinion.voices import hear, lately, said

PAGES = ("", "/queue", "/topics", "/suggestions", "/rumours", "/watches", "/sources", "/models")


async def audited(office: Office, kind: str) -> list[dict[str, Any]]:
    return await office.desk.database.read(lambda c: read_events(c, kinds=[kind]))


async def body_id(office: Office, code: str) -> str:
    return (await office.desk.organisations.body(code)).id


async def stray_media(office: Office) -> None:
    """A media person of another body."""
    new = NewPerson(login="stray", name="外单位", roles=(("other", Role.MEDIA),))
    await office.desk.organisations.add_person(new, actor="admin")
    await office.desk.factors.give_password(
        "stray", password=PASSWORD, must_change=False, actor="admin"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_is_there_before_anything_was_said(office: Office, language: str) -> None:
    session = f"gongkai-session={await office.signed_in('office')}"
    for page in PAGES:
        text = await office.see(
            "office", f"/opinion{page}", Cookie=f"{session}; gongkai-taste={language}.auto"
        )
        assert ("Hot topics" in text) is (language == "en")
    await office.see("clerk", "/opinion", 403)


async def test_filters_narrow_the_stream_and_every_one_says_why(office: Office) -> None:
    at = lately(office, 1)
    [dark] = await hear(office, [said(1, "青江路路灯坏了", place="青江县", event_at=at)])
    [wet] = await hear(
        office,
        [said(2, "小区停水两天", channel="weibo", event_at=at)],
        topic="供水",
        urgency="pressing",
        department="水务",
        mood="neutral",
        intent="question",
    )
    page = await office.see("office", "/opinion")
    assert "<mark>路灯</mark>" in page
    assert page.index(wet) < page.index(dark)
    day = at.astimezone(CHINA).date()
    for query, other in {
        "topic=供水": dark,
        "department=水务": dark,
        "urgency=pressing": dark,
        "mood=neutral": dark,
        "intent=question": dark,
        "channel=weibo": dark,
        "place=-": dark,
        "place=青江县": wet,
        "topic=城乡建设&since=2020-01-01": wet,
        f"until={day}&mood=negative": wet,
    }.items():
        seen = await office.see("office", f"/opinion?{query}")
        assert (other in seen, dark in seen or wet in seen) == (False, True), query
    for query in ("kind=survey", f"since={day + timedelta(days=2)}"):
        assert "没有符合条件" in await office.see("office", f"/opinion?{query}"), query
    await office.see("office", "/opinion?since=yesterday", 400)
    await office.see("office", "/opinion?watch=nothing", 404)
    await office.see("office", "/opinion?after=%27;--")


async def test_nobody_sees_what_came_to_another_body(office: Office) -> None:
    await stray_media(office)
    city = await body_id(office, "city")
    [own] = await hear(
        office, [said(1, "青江路路灯坏了", body_id=city, event_at=lately(office, 1))]
    )
    [common] = await hear(office, [said(2, "省道塌方")])
    assert own in await office.see("media", "/opinion")
    assert own in await office.see("office", "/opinion?body=city")
    stray = await office.see("stray", "/opinion")
    assert own not in stray
    assert common in stray
    await office.see("stray", f"/opinion/signals/{own}", 404)
    await office.send("stray", f"/opinion/signals/{own}/correct", {"topic": "公安"}, 404)
    await office.send("stray", f"/opinion/queue/{own}", {"chosen_topic": "公安"}, 404)
    await office.see("stray", f"/opinion/signals/{own}/identity", 404)
    issue = (await office.desk.listening.stream.line(own, await sight(office))).issue_id
    await office.see("stray", f"/opinion/topics/{issue}", 404)
    assert issue in await office.see("media", "/opinion/topics")
    assert issue not in await office.see("stray", "/opinion/topics")
    assert own not in await office.see("stray", f"/opinion?issue={issue}")


async def sight(office: Office) -> Any:
    return await office.desk.sights.operated("office")


async def test_a_key_chooses_the_topic_and_the_next_one_comes(office: Office) -> None:
    topics = office.desk.listening.labels
    names = next(iter(topics.values())).names
    first, second = await hear(
        office,
        [said(1, "路灯坏了"), said(2, "停水两天")],
        band="suggested",
        confidence=0.5,
    )
    page = await office.see("media", "/opinion/queue")
    assert f"/opinion/queue/{second}" in page
    assert re.findall(r'data-key="([1-6])"', page) == ["4", "5", "6", "1", "2", "3"]
    told = {"band": "suggested", "chosen_topic": names[0], "department": "公安", "place": "青江县"}
    target = await office.send("media", f"/opinion/queue/{second}", told)
    after = await office.see("media", target.removeprefix("/console"))
    assert f"/opinion/queue/{first}" in after
    line = await office.desk.listening.stream.line(second, await sight(office))
    assert line.judged is not None
    assert (line.judged["topic"], line.judged["place"]) == (names[0], "青江县")
    assert line.judged["band"] == Band.AUTOMATIC
    assert line.signal.place == "青江县"
    assert second in await office.see("media", "/opinion?place=青江县")
    await office.send("media", f"/opinion/queue/{first}", {"chosen_topic": "没有的主题"}, 400)
    assert "这一轮看完了" in await office.see("media", f"/opinion/queue?after={first}")


async def test_who_wrote_it_is_shown_after_a_proof_and_a_reason_and_is_on_record(
    office: Office,
) -> None:
    [one] = await hear(office, [said(1, "路灯坏了", text="电话13800138000，路灯坏了")])
    path = f"/opinion/signals/{one}/identity"
    assert "王芳" not in await office.see("media", f"/opinion/signals/{one}")
    office.desk.sessions.policy = Policy(fresh=timedelta(), second_factor=False)
    answer = await office.ask("media", "GET", path)
    assert answer.headers["Location"].startswith("/console/prove")
    office.desk.sessions.policy = Policy(second_factor=False)
    await office.send("media", "/prove", {"password": PASSWORD, "next": f"/console{path}"})
    assert "王芳" not in await office.see("media", path)
    assert "须写明事由" in await office.send("media", path, {"reason": " "}, 400)
    shown = await office.send("media", path, {"reason": "回访投诉人"}, 200)
    assert "王芳" in shown
    assert "13800138000" in shown
    [look] = await audited(office, "opinion.identity.revealed")
    assert (look["actor"], look["subject"], look["data"]["reason"]) == ("media", one, "回访投诉人")


async def test_what_is_filtered_is_exported_without_formulas_and_on_record(office: Office) -> None:
    await hear(office, [said(1, "路灯坏了"), said(2, "=HYPERLINK(1)", channel="weibo")])
    answer = await office.ask("media", "GET", "/opinion/export?channel=weibo&form=csv")
    assert answer.status == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert len(rows) == 2
    told = dict(zip(*rows, strict=True))
    assert told["标题"] == "'=HYPERLINK(1)"
    assert told["意图"] == "投诉求助"
    assert "王芳" not in str(rows)
    await office.see("clerk", "/opinion/export", 403)
    [asked] = await audited(office, "opinion.signals.exported")
    assert (asked["actor"], asked["data"]) == ("media", {"channel": "weibo"})
