"""An answer quotes published items word for word, with their sources, until it goes to review."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.models import Attribute, Item, ItemDraft, ItemState
from hub.catalogue.public.store import set_withdrawn
from hub.catalogue.publication import mark_public
from hub.catalogue.rules import draft_of
from hub.catalogue.service import Catalogue
from hub.catalogue.store import set_state
from hub.kernel.clock import ManualClock
from hub.kernel.database import Database
from hub.kernel.errors import Conflict, InvalidInput
from hub.kernel.events import read_events
from hub.kernel.ids import IdSource
from hub.opinion.cases.models import CaseKind, CaseLevel, NewCase
from hub.opinion.cases.quoting.errors import NoSource, UnknownFact
from hub.opinion.cases.quoting.models import FactStanding
from hub.opinion.cases.quoting.rules import check_quote, says
from hub.opinion.cases.quoting.service import Quoting
from hub.opinion.cases.service import CaseService
from hub.opinion.judging.taxonomy import department_labels
from hub.organisations.models import Body

SAID = "新建商品房应当自交付之日起九十日内办理产权登记。"
OTHER = "逾期未办的，由开发企业承担违约责任。"


@pytest.fixture
def cases(database: Database, clock: ManualClock, ids: IdSource) -> CaseService:
    return CaseService(database=database, clock=clock, ids=ids, departments=department_labels())


@pytest.fixture
def quoting(database: Database, clock: ManualClock, ids: IdSource) -> Quoting:
    return Quoting(database=database, clock=clock, ids=ids)


@pytest.fixture
async def source(
    catalogue: Catalogue, bodies: dict[str, Body], database: Database, clock: ManualClock
) -> Item:
    """What the public can read."""
    draft = ItemDraft(
        body_id=bodies["jy"].id,
        title="商品房登记办法",
        body=f"第一条 {SAID}\n\n第二条 {OTHER}",
        attribute=Attribute.PROACTIVE,
        doc_no="江政发〔2026〕3号",
    )
    item = await catalogue.add(draft, actor="editor")
    await database.write(lambda tx: mark_public(tx, item.id, item.version, clock.now()))
    return item


async def handled(cases: CaseService, bodies: dict[str, Body]) -> str:
    new = NewCase(title="房产证", kind=CaseKind.OPINION, level=CaseLevel.ORDINARY)
    case = await cases.open(new, actor="analyst")
    await cases.route(case.id, actor="analyst", body_id=bodies["jy"].id, reason="主管部门")
    await cases.accept(case.id, actor="editor")
    return case.id


async def test_what_is_quoted_stands_at_the_end_of_the_answer_and_is_changed_with_it(
    cases: CaseService,
    quoting: Quoting,
    catalogue: Catalogue,
    bodies: dict[str, Body],
    database: Database,
    source: Item,
) -> None:
    case = await handled(cases, bodies)
    fact = await quoting.add(
        case, source.id, "新建商品房应当自交付之日起\n九十日内", actor="editor"
    )
    assert (fact.title, fact.version) == (source.title, 1)
    item = (await cases.draft(case, "关于房产证的回应", "正在办理。", actor="editor")).item_id
    body = (await catalogue.get(item)).body
    assert body.startswith("正在办理。")
    assert body.endswith("九十日内”——《商品房登记办法》（江政发〔2026〕3号）")
    other = await quoting.add(case, source.id, OTHER, actor="editor")
    await quoting.change(case, fact.id, SAID, actor="editor")
    changed = await catalogue.get(item)
    assert changed.body.count("——《") == 2
    assert SAID in changed.body
    assert changed.version == 3
    await quoting.remove(case, fact.id, actor="editor")
    await quoting.remove(case, other.id, actor="editor")
    assert (await catalogue.get(item)).body == "正在办理。"
    with pytest.raises(UnknownFact):
        await quoting.remove(case, fact.id, actor="editor")
    told = await database.read(lambda c: read_events(c, subject=case))
    kinds = [one["kind"].rpartition(".")[2] for one in told if "fact" in one["kind"]]
    assert kinds == ["fact-added", "fact-added", "fact-changed", "fact-removed", "fact-removed"]
    [change] = [one for one in told if one["kind"].endswith("fact-changed")]
    assert change["data"]["before"]["quote"] == fact.quote


async def test_only_what_the_public_can_read_is_quoted_and_word_for_word(
    cases: CaseService,
    quoting: Quoting,
    catalogue: Catalogue,
    bodies: dict[str, Body],
    database: Database,
    clock: ManualClock,
    source: Item,
) -> None:
    case = await handled(cases, bodies)
    hidden = ItemDraft(
        body_id=bodies["jy"].id, title="内部", body=SAID, attribute=Attribute.PROACTIVE
    )
    draft = await catalogue.add(hidden, actor="editor")
    with pytest.raises(NoSource):
        await quoting.add(case, draft.id, SAID, actor="editor")
    with pytest.raises(InvalidInput, match=r"最接近的是“.*九十日内") as refused:
        await quoting.add(case, source.id, SAID.replace("九十", "六十"), actor="editor")
    assert refused.value.field == "quote"
    await quoting.add(case, source.id, SAID, actor="editor")
    await database.write(lambda tx: set_withdrawn(tx, source.id, 1, clock.now()), audited=False)
    [one] = await quoting.facts(case)
    assert one.standing is FactStanding.GONE
    with pytest.raises(Conflict, match="已撤回或已改写"):
        await cases.draft(case, "回应", "正在办理。", actor="editor")


async def test_under_review_or_edited_by_hand_it_stays_as_it_is(
    cases: CaseService,
    quoting: Quoting,
    catalogue: Catalogue,
    bodies: dict[str, Body],
    database: Database,
    source: Item,
) -> None:
    case = await handled(cases, bodies)
    fact = await quoting.add(case, source.id, SAID, actor="editor")
    item = (await cases.draft(case, "回应", "正在办理。", actor="editor")).item_id
    await database.write(lambda tx: set_state(tx, item, 1, ItemState.IN_REVIEW), audited=False)
    for work in (
        quoting.add(case, source.id, OTHER, actor="editor"),
        quoting.change(case, fact.id, OTHER, actor="editor"),
        quoting.remove(case, fact.id, actor="editor"),
    ):
        with pytest.raises(Conflict, match="已送审"):
            await work
    assert [one.fact for one in await quoting.facts(case)] == [fact]
    await database.write(lambda tx: set_state(tx, item, 1, ItemState.DRAFT), audited=False)
    mine = replace(draft_of(await catalogue.get(item)), body="全部改写。")
    await catalogue.edit(item, mine, actor="editor")
    with pytest.raises(Conflict, match="手工修改"):
        await quoting.remove(case, fact.id, actor="editor")


@given(st.text(alphabet="一二三四五六七八九十\n 。", min_size=4, max_size=60), st.data())
def test_any_passage_of_a_text_is_found_however_its_lines_break(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    assert says(text, "\n".join(quote))
    if len(" ".join(quote.split())) >= 4:
        assert check_quote(text, quote) == " ".join(quote.split())
