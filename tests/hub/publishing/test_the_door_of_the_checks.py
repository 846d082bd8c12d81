"""What is submitted is examined first: refused, masked, or answered for in writing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.catalogue.attachments.models import Attachment
from hub.catalogue.models import Item
from hub.catalogue.rules import draft_of
from hub.kernel.errors import Conflict, GongkaiError, InvalidInput
from hub.kernel.events import read_events
from hub.publishing.texts import edition_passages
from hub.review.checks import examining
from hub.review.checks.errors import BlockedByChecks, FinalRule, UnknownFinding
from hub.review.checks.files import Examined, ExaminedFile
from hub.review.checks.models import Severity
from hub.review.checks.service import Checks, Chosen
from hub.review.checks.wordlists import ListKind, WordEntry
from hub.review.errors import WrongRole
from tests.hub.catalogue.attachments.making import hide, word
from tests.hub.review.checks.making import card
from tests.scheduler.stage import Stage

PHONE = Chosen(rules=("mobile-number",))
LISTED = "低保对象公示：张三，电话13812345678。"


class Probe:
    """Answers as it is told; `asked` counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def ask(self, url: str) -> Answer:
        self.asked.append(url)
        return Answer("alive" in url)


class Answer:
    def __init__(self, good: bool) -> None:
        self.good, self.status, self.error = good, 200 if good else 404, ""


@pytest.fixture
def probe() -> Probe:
    return Probe()


@pytest.fixture
def checks(stage: Stage, probe: Probe) -> Checks:
    return Checks(stage.database, stage.clock, probe)


@pytest.fixture
async def item(stage: Stage) -> Item:
    await stage.accounts(1)
    return await stage.item(LISTED)


async def kinds(stage: Stage, item: Item) -> list[str]:
    events = await stage.database.read(lambda c: read_events(c, subject=item.id))
    return [event["kind"] for event in events]


async def test_what_blocks_is_not_submitted_and_leaves_nothing(stage: Stage, item: Item) -> None:
    with pytest.raises(BlockedByChecks, match="手机号码") as caught:
        await stage.submit(item)
    assert caught.value.field == "body"
    assert "13812345678" not in str(caught.value)
    assert await stage.publishing.editions(item.id) == []
    assert await stage.review.list() == []


async def test_a_written_answer_opens_the_door_and_signers_see_it(
    stage: Stage, item: Item, checks: Checks
) -> None:
    await checks.acknowledge(item.id, PHONE, "依法公示，本人同意", "head")
    await stage.submit(item)
    editions = edition_passages(await stage.publishing.editions(item.id))
    report = await checks.look(item.id, editions)
    [answer] = report.acknowledged.values()
    assert (answer.by, answer.reason, answer.rule) == (
        "head",
        "依法公示，本人同意",
        "mobile-number",
    )
    assert report.refusing == ()
    assert "review.finding.acknowledged" in await kinds(stage, item)
    assert "review.checks.passed" in await kinds(stage, item)


async def test_an_edit_wants_a_new_answer(stage: Stage, item: Item, checks: Checks) -> None:
    await checks.acknowledge(item.id, PHONE, "依法公示", "head")
    edited = replace(draft_of(item), body=LISTED + "另行通知。")
    await stage.catalogue.edit(item.id, edited, actor="clerk")
    with pytest.raises(BlockedByChecks):
        await stage.submit(await stage.catalogue.get(item.id))


@pytest.mark.parametrize(
    ("login", "chosen", "reason", "error"),
    [
        ("clerk", PHONE, "依法公示", WrongRole),
        ("head", PHONE, "   ", InvalidInput),
        ("head", PHONE, "依" * 501, InvalidInput),
        ("head", Chosen(hashes=("00000000",)), "依法公示", UnknownFinding),
        ("head", Chosen(rules=("vehicle-plate",)), "依法公示", UnknownFinding),
    ],
)
async def test_not_everybody_answers_for_anything(
    item: Item, checks: Checks, login: str, chosen: Chosen, reason: str, error: type[GongkaiError]
) -> None:
    with pytest.raises(error):
        await checks.acknowledge(item.id, chosen, reason, login)
    assert (await checks.look(item.id)).acknowledged == {}


async def test_a_bank_card_is_only_masked(stage: Stage, checks: Checks) -> None:
    await stage.accounts(1)
    number = card("622848001234567")
    item = await stage.item(f"补贴发放至卡号{number}。")
    with pytest.raises(FinalRule):
        await checks.acknowledge(item.id, Chosen(rules=("bank-card",)), "依法公示", "leader")
    edited, masked = await checks.mask(item.id, Chosen(everything=True), "clerk")
    assert edited.version == item.version + 1
    assert edited.body == f"补贴发放至卡号{'*' * 12}{number[-4:]}。"
    assert [found.rule for found in masked] == ["bank-card"]
    await stage.submit(edited)
    assert "review.item.masked" in await kinds(stage, item)


async def test_what_has_no_mask_is_not_masked(stage: Stage, checks: Checks) -> None:
    item = await stage.item("机密★10年")
    with pytest.raises(Conflict):
        await checks.mask(item.id, Chosen(everything=True), "clerk")


async def test_a_list_has_versions_and_its_newest_counts(stage: Stage, checks: Checks) -> None:
    item = await stage.item("某词出现在这里，截止目前。")
    one, two = (WordEntry(word=w, severity=Severity.BLOCK) for w in ("某词", "别词"))
    first = await checks.import_list("own", ListKind.WORDS, [one], "head")
    assert await checks.import_list("own", ListKind.WORDS, [one], "head") == first
    assert [f.text for f in (await checks.look(item.id)).findings] == ["某词", "截止目前"]
    second = await checks.import_list("own", ListKind.WORDS, [two], "head")
    assert (first.version, second.version) == (1, 2)
    report = await checks.look(item.id)
    assert [f.text for f in report.findings] == ["截止目前"]
    assert report.lists == {"own": 2, "shipped": 0}
    assert (await checks.word_list("own", 1)).entries == (one,)
    assert [head.version for head in await checks.lists()] == [2, 1]


async def test_a_body_sets_its_own_severities(stage: Stage, item: Item, checks: Checks) -> None:
    await checks.set_severity(item.body_id, "mobile-number", Severity.WARN, "admin")
    await stage.submit(item)
    await checks.set_severity(item.body_id, "mobile-number", None, "admin")
    with pytest.raises(BlockedByChecks):
        await stage.submit(item)
    with pytest.raises(FinalRule):
        await checks.set_severity(item.body_id, "id-number", Severity.NOTE, "admin")


async def test_links_are_asked_once_each(stage: Stage, checks: Checks, probe: Probe) -> None:
    item = await stage.item("见https://a.cn/alive，https://a.cn/dead。又见https://a.cn/dead。")
    report = await checks.look(item.id, links=True)
    assert [(f.rule, f.text) for f in report.findings] == [("dead-link", "https://a.cn/dead")]
    assert sorted(probe.asked) == ["https://a.cn/alive", "https://a.cn/dead"]


async def test_an_interpretation_is_held_against_its_document(stage: Stage, checks: Checks) -> None:
    source = await stage.item("补助资金120万元，2026年3月15日起施行。")
    derived = await stage.item("补助一百三十万元，3月15日起施行。")
    [found] = (await checks.facts_of(derived.id, source.id)).findings
    assert (found.text, found.severity) == ("一百三十万元", "warn")
    assert "120万元" in found.words.zh


async def test_what_a_file_says_and_hides_stops_submission_until_it_is_answered(
    stage: Stage, checks: Checks
) -> None:
    await stage.accounts(1)
    item = await stage.item("名单见附件。")
    leaky = word(lambda d: hide(d.add_paragraph("电话13812345678").add_run("内部意见")))
    await stage.catalogue.attach(item.id, "名单.docx", leaky, actor="clerk")
    with pytest.raises(BlockedByChecks) as caught:
        await stage.submit(item)
    assert caught.value.field == "attachments[名单.docx]"
    report = await checks.look(item.id)
    assert {found.rule for found in report.refusing} == {"mobile-number", "hidden-data"}
    await checks.acknowledge(item.id, PHONE, "依法公示，本人同意", "head")
    with pytest.raises(BlockedByChecks, match="隐藏"):
        await stage.submit(item)
    await stage.catalogue.attach(item.id, "名单.docx", word(), actor="clerk")
    await stage.submit(item)


async def test_a_file_is_examined_before_the_transaction_and_only_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.accounts(1)
    item = await stage.item("名单见附件。")
    await stage.catalogue.attach(item.id, "名单.txt", "电话13812345678".encode(), actor="clerk")
    held: list[bool] = []
    writing = False
    examine, write = examining.examine_file, stage.database.write

    def watched(*given: Any) -> ExaminedFile:
        held.append(writing)
        return examine(*given)

    async def noted(work: Any) -> Any:
        nonlocal writing
        writing = True
        try:
            return await write(work)
        finally:
            writing = False

    monkeypatch.setattr(examining, "examine_file", watched)
    monkeypatch.setattr(stage.database, "write", noted)
    for _ in range(2):
        with pytest.raises(BlockedByChecks):
            await stage.submit(item)
    assert held == [False]


async def test_a_list_that_changes_meanwhile_has_the_files_examined_anew(
    stage: Stage, checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.accounts(1)
    item = await stage.item("名单见附件。")
    await stage.catalogue.attach(item.id, "名单.txt", "布署工作。".encode(), actor="clerk")
    examine, listed = examining.examine_file, [WordEntry(word="布署", right="部署")]
    times = 0

    async def import_meanwhile(work: Any, *given: Any) -> Any:
        nonlocal times
        times += 1
        found = examine(*given)
        if times == 1:
            await checks.import_list("错词", ListKind.WORDS, listed, "office")
        return found

    monkeypatch.setattr(examining.asyncio, "to_thread", import_meanwhile)
    await stage.submit(item)
    assert times == 2
    told = await stage.database.read(lambda c: read_events(c, subject=item.id))
    [checked] = [event for event in told if event["kind"] == "review.checks.passed"]
    assert checked["data"]["lists"]["错词"] == 1


def test_an_examination_is_of_its_own_bytes_names_and_lists() -> None:
    file = Attachment(sha256="a" * 64, name="一.txt", media_type="text/plain", size=1)
    made = Examined({(file.sha256, file.name): ExaminedFile(())}, {"错词": 1})
    assert made.covers([file], {"错词": 1})
    assert made.covers([], {"错词": 2})
    assert not made.covers([file], {"错词": 2})
    assert not made.covers([replace(file, sha256="b" * 64)], {"错词": 1})
    assert not made.covers([replace(file, name="二.txt")], {"错词": 1})
