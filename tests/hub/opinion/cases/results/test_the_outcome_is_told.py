"""Who asked to hear of the outcome is told when the answer is public, and asked once what they
think of it."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from hub.catalogue.service import Catalogue
from hub.conversation.models import EventType, InboundKind
from hub.conversation.notices.models import NoticeState
from hub.conversation.notices.rules import Manners
from hub.conversation.satisfaction.models import Asking
from hub.conversation.satisfaction.service import Satisfaction
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.opinion.cases.board.service import CaseBoard
from hub.opinion.cases.models import CaseKind, CaseLevel, CaseState, NewCase
from hub.opinion.cases.rating import CaseRatings
from hub.opinion.cases.results.models import Outcome
from hub.opinion.cases.results.service import Results
from hub.opinion.cases.service import CaseService
from hub.opinion.cases.tables import cases as case_rows
from hub.opinion.errors import UnknownSignal
from hub.opinion.issues.tables import issue_signals
from hub.opinion.judging.taxonomy import department_labels
from hub.opinion.signals.service import SignalService
from hub.organisations.keys.service import InstallationKeys
from hub.organisations.models import Body, NewAccount
from hub.organisations.service import Organisations
from hub.organisations.vault import Vault
from hub.publishing.errors import NotSent, Words
from tests.hub.conversation.notices.scene import City, Platform, open_city
from tests.hub.opinion.conftest import said

_ANSWER = "路灯已于昨日修复。今后每周巡查一次。"


class Office:
    """A city with a case, and whoever answers it."""

    def __init__(self, city: City, cases: CaseService, results: Results, body: Body) -> None:
        self.city, self.cases, self.results, self.body = city, cases, results, body
        ratings = {Asking.CASE: CaseRatings()}
        self.satisfaction = Satisfaction(city.database, city.clock, city.ids, ratings)
        self.signal_id = self.case_id = ""

    async def hears(self, signals: SignalService, who: str = "me") -> str:
        """A person writes something that becomes a signal and a case of its own."""
        await self.city.answered(await self.city.writes(who, "路灯坏了"))
        new = said(1, channel="weibo", external_id=f"message:{who}", author=who)
        (kept,) = await signals.collect([new], actor="system:bots")
        case = NewCase(
            title="路灯",
            kind=CaseKind.MESSAGE,
            level=CaseLevel.ORDINARY,
            signal_id=kept.signal_id,
        )
        opened = await self.cases.open(case, actor="analyst")
        self.signal_id, self.case_id = kept.signal_id, opened.id
        await self.cases.route(self.case_id, actor="a", body_id=self.body.id, reason="主管")
        await self.cases.accept(self.case_id, actor="editor")
        return kept.signal_id

    async def answers(self) -> str:
        """The answer is written, signed and public; its item's id."""
        case = await self.cases.draft(self.case_id, "关于路灯的回应", _ANSWER, actor="editor")
        await self.city.public(case.item_id, 1)
        await self.results.follow()
        return case.item_id

    async def state(self) -> tuple[CaseState, int]:
        case, _ = await self.cases.case(self.case_id)
        return case.state, case.satisfaction

    async def outcome(self) -> Outcome:
        """What the board says of who was told."""
        case, _ = await self.cases.case(self.case_id)
        return await CaseBoard(self.city.database, self.city.clock).outcome(case)

    async def happened(self) -> list[str]:
        found = await self.city.database.read(lambda c: read_events(c, subject=self.case_id))
        return [event["kind"] for event in found]


@pytest.fixture
async def office(
    database: Database,
    clock: ManualClock,
    ids: IdSource,
    vault: Vault,
    keys: InstallationKeys,
    catalogue: Catalogue,
    organisations: Organisations,
    bodies: dict[str, Body],
    weibo: NewAccount,
) -> Office:
    account = await organisations.add_account(weibo, actor="admin")
    manners = Manners()
    city = City(
        database=database,
        clock=clock,
        ids=ids,
        vault=vault,
        catalogue=catalogue,
        platform=Platform(),
        manners=manners,
        account=account.id,
        body=bodies["sc"].id,
    )
    results = Results(database=database, clock=clock, ids=ids, keys=keys, manners=manners)
    await results.follow()
    cases = CaseService(database=database, clock=clock, ids=ids, departments=department_labels())
    return Office(await open_city(city), cases, results, bodies["jy"])


async def test_who_asked_is_told_through_the_account_they_wrote_to(
    office: Office, signals: SignalService
) -> None:
    signal_id = await office.hears(signals)
    assert await office.results.want(signal_id, office.city.reader())
    assert not await office.results.want(signal_id, office.city.reader())
    assert await office.outcome() == Outcome(asked=1)
    item_id = await office.answers()
    assert await office.outcome() == Outcome(asked=1, told=1, notices={NoticeState.WAITING: 1})
    assert await office.city.runs() == 1
    assert (await office.outcome()).notices == {NoticeState.SENT: 1}
    (told,) = office.city.platform.said
    (cite,) = told.answer.cites
    assert told.address == "address-of-me"
    assert (cite.title, cite.passage) == ("关于路灯的回应", _ANSWER)
    assert cite.url.endswith(f"/i/{item_id}.html")
    assert await office.state() == (CaseState.RESPONDED, 0)
    assert (await office.happened()).count("opinion.case.authors-looked-up") == 1


async def test_who_did_not_ask_is_left_alone(office: Office, signals: SignalService) -> None:
    await office.hears(signals)
    await office.answers()
    assert await office.city.runs() == 0
    assert "opinion.case.authors-looked-up" not in await office.happened()


async def test_nobody_asks_for_what_another_person_said(
    office: Office, signals: SignalService
) -> None:
    signal_id = await office.hears(signals)
    with pytest.raises(UnknownSignal):
        await office.results.want(signal_id, office.city.reader("you"))


async def test_the_number_they_send_is_on_the_case(office: Office, signals: SignalService) -> None:
    await office.results.want(await office.hears(signals), office.city.reader())
    await office.answers()
    await office.city.runs()
    (told,) = office.city.platform.said
    assert len(told.answer.choices) == 5
    assert await office.satisfaction.hear(await office.city.writes(text="4")) is not None
    assert await office.state() == (CaseState.RESPONDED, 4)
    assert await office.satisfaction.hear(await office.city.writes(text="5")) is None


async def test_a_case_that_went_back_is_told_again_and_asked_no_more(
    office: Office, signals: SignalService
) -> None:
    await office.results.want(await office.hears(signals), office.city.reader())
    await office.answers()
    await office.city.runs()
    payload = office.city.platform.said[0].answer.choices[0].payload
    inbound = await office.city.writes(text="", event=EventType.CHOICE)
    chosen = type(inbound)(
        id=inbound.id,
        channel=inbound.channel,
        account=inbound.account,
        external_key=inbound.external_key,
        sender=inbound.sender,
        kind=InboundKind.EVENT,
        received_at=inbound.received_at,
        event=EventType.CHOICE,
        event_key=payload,
    )
    await office.satisfaction.hear(chosen)
    assert (await office.state())[0] is CaseState.HANDLING
    await office.answers()
    await office.city.runs()
    first, second = office.city.platform.said
    assert first.answer.cites[0].url != second.answer.cites[0].url
    assert second.answer.choices == ()


async def test_what_never_left_asked_nothing(office: Office, signals: SignalService) -> None:
    await office.results.want(await office.hears(signals), office.city.reader())
    await office.answers()
    office.city.platform.failures = [NotSent(Words("断", "down"))]
    await office.city.runs(1)
    assert await office.satisfaction.hear(await office.city.writes(text="4")) is None
    office.city.clock.advance(600)
    await office.city.runs()
    assert len(office.city.platform.said[0].answer.choices) == 5


async def test_an_event_that_is_taken_again_tells_nobody_twice(
    office: Office, signals: SignalService
) -> None:
    await office.results.want(await office.hears(signals), office.city.reader())
    item_id = await office.answers()
    event = {"subject": item_id, "seq": 1}
    assert await office.results._take(event) == 0
    assert await office.city.runs() == 1


async def test_who_asks_after_the_answer_was_published_is_told_of_it_once(
    office: Office, signals: SignalService
) -> None:
    signal_id = await office.hears(signals)
    await office.answers()
    await office.results.want(signal_id, office.city.reader())
    assert await office.results.follow() == 0
    assert await office.results.catch_up() == 1
    assert await office.results.catch_up() == 0
    assert await office.city.runs() == 1
    (told,) = office.city.platform.said
    assert told.answer.cites[0].title == "关于路灯的回应"


async def test_who_is_put_under_the_issue_after_its_answer_is_told_as_well(
    office: Office, signals: SignalService, ids: IdSource, clock: ManualClock
) -> None:
    await office.hears(signals)
    issue_id = ids.new(clock.now())
    change = update(case_rows).where(case_rows.c.id == office.case_id)
    await office.city.database.write(
        lambda tx: tx.execute(change.values(issue_id=issue_id)) and None, audited=False
    )
    await office.answers()
    await office.city.answered(await office.city.writes("you", "灯不亮"))
    new = said(2, channel="weibo", external_id="message:you", author="you")
    (kept,) = await signals.collect([new], actor="system:bots")
    await office.results.want(kept.signal_id, office.city.reader("you"))
    assert await office.results.catch_up() == 0
    place = insert(issue_signals).values(
        signal_id=kept.signal_id, issue_id=issue_id, copy_of="", day=clock.now().date()
    )
    await office.city.database.write(lambda tx: tx.execute(place) and None, audited=False)
    assert await office.results.catch_up() == 1
