"""What a citizen is answered: only what is public and in force, in turn and in their language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bots.desk import SaidKind
from hub.catalogue.models import Validity
from hub.catalogue.publication import withdraw
from hub.catalogue.search.models import Question
from hub.catalogue.search.service import Listed
from hub.conversation.models import EventType, InboundKind
from hub.conversation.subscriptions.models import Reader
from tests.bots.conftest import Town
from tests.bots.stage import ACTOR

CARD = "成都食品摊贩备案卡有效期几年"


def titles(told: object) -> list[str]:
    return [cite.title for cite in told.answer.cites]  # type: ignore[attr-defined]


async def recall(town: Town, name: str) -> None:
    """Withdraw an item; the index does not hear of it."""
    at = town.clock.now()
    await town.hub.database.write(lambda tx: withdraw(tx, town.ids[name], at, "有误", upto=1))


async def test_a_passage_is_quoted_as_it_stands_with_where_it_stands(town: Town) -> None:
    told = await town.ask("高危险性体育项目怎么申请经营许可？")
    cite = told.answer.cites[0]
    shown = await town.hub.public.item(cite.url.rsplit("/", 1)[1].removesuffix(".html"))
    assert cite.passage in shown.item.body
    assert cite.passage.startswith("第三十二条")
    assert cite.index_no == shown.item.index_no
    assert cite.published_on == date(2026, 3, 2)
    assert "第三十二条" in told.answer.paragraphs[0]


@pytest.mark.parametrize("asked", ["全民健身日是哪一天", "全民健身日係邊一日？"])
async def test_who_asks_for_the_day_is_told_the_day(town: Town, asked: str) -> None:
    told = await town.ask(asked)
    assert "8月8日" in told.answer.cites[0].passage


async def test_a_superseded_document_is_answered_with_its_successor(town: Town) -> None:
    told = await town.ask("成都市食品摊贩备案办法（试行）里，到社区服务站登记几个工作日发卡")
    assert titles(told)[0] == "成都市食品摊贩备案办法"
    assert "当场发卡" in told.answer.cites[0].passage
    assert not any("三个工作日" in cite.passage for cite in told.answer.cites)


async def test_what_is_over_and_has_no_successor_is_not_quoted(town: Town) -> None:
    await town.hub.catalogue.set_validity(
        town.ids["other"], Validity.REPEALED, since=date(2026, 1, 1), basis="清理", actor=ACTOR
    )
    told = await town.ask("绵阳市食品摊贩备案卡由街道办事处核发，有效期几年")
    assert not any(cite.passage for cite in told.answer.cites)
    assert "废止" in told.answer.paragraphs[0]


async def test_a_recalled_item_is_not_quoted_though_the_index_still_has_it(town: Town) -> None:
    assert "成都市食品摊贩备案办法" in titles(await town.ask(CARD))
    await recall(town, "new")
    told = await town.ask(CARD)
    assert "成都市食品摊贩备案办法" not in titles(told)
    assert not any("三年" in paragraph for paragraph in told.answer.paragraphs)


async def test_a_recall_while_the_answer_is_made_is_noticed_before_it_leaves(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = town.engine.desk.search.items

    async def recalled_just_after(question: Question) -> Listed:
        listed = await whole(question)
        if town.ids["new"] in {item.id for item in listed.items}:
            await recall(town, "new")
        return listed

    monkeypatch.setattr(town.engine.desk.search, "items", recalled_just_after)
    told = await town.ask(CARD)
    assert not any("三年" in paragraph for paragraph in told.answer.paragraphs)
    assert "成都市食品摊贩备案办法" not in titles(told)


async def test_a_choice_made_before_a_recall_leads_to_no_text_after_it(town: Town) -> None:
    listed = await town.ask("查文件 食品摊贩备案")
    labels = [choice.label for choice in listed.answer.choices]
    await recall(town, "new")
    told = await town.ask(str(labels.index("成都市食品摊贩备案办法") + 1))
    assert "撤回" in told.answer.paragraphs[0]
    assert not told.answer.cites


async def test_a_place_alone_asks_the_last_question_about_it(town: Town) -> None:
    told = await town.ask(CARD, "那绵阳呢？")
    assert titles(told) == ["绵阳市食品摊贩备案办法"]
    assert "二年" in told.answer.cites[0].passage
    told = await town.ask("and for Chengdu?")
    assert titles(told)[0] == "成都市食品摊贩备案办法"


async def test_what_the_province_rules_counts_in_its_cities(town: Town) -> None:
    told = await town.ask("绵阳的高危险性体育项目怎么申请经营许可")
    assert titles(told)[0] == "全民健身条例"


async def test_what_another_city_rules_is_offered_and_not_quoted(town: Town) -> None:
    told = await town.ask("广元食品摊贩备案卡有效期几年")
    assert told.answer.unanswered
    assert "别处" in told.answer.paragraphs[0]
    assert not told.answer.cites


@pytest.mark.parametrize("number", ["1", "第一个", "选1", "１", "一"])
async def test_a_number_chooses_from_the_last_list(town: Town, number: str) -> None:
    listed = await town.ask("查文件 优化营商环境")
    told = await town.ask(number)
    assert titles(told)[0] == listed.answer.choices[0].label


@pytest.mark.parametrize("number", ["99", "0", "7"])
async def test_a_number_without_a_place_in_a_list_is_explained(town: Town, number: str) -> None:
    told = await town.ask(number)
    assert told.skill == "help_menu"
    assert not town.signals.said


async def test_more_goes_on_where_the_list_ended(town: Town) -> None:
    first = await town.ask("查文件 四川省人民政府 清单")
    assert len(first.answer.choices) == 5
    second = await town.ask("更多")
    shown = {choice.payload for choice in first.answer.choices}
    assert second.answer.choices
    assert shown.isdisjoint(choice.payload for choice in second.answer.choices)


async def test_a_conversation_is_forgotten_after_its_time(town: Town) -> None:
    await town.ask("查文件 优化营商环境")
    town.clock.advance(31 * 60)
    assert (await town.ask("1")).skill == "help_menu"


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("優化營商環境條例的投訴和舉報由誰受理", "zh-Hant", "條例"),
        ("优化营商环境条例的投诉和举报由谁受理", "zh-Hans", "条例"),
        ("what does the law say about the business environment?", "en", "in the original"),
    ],
)
async def test_the_answer_is_in_the_language_of_the_question(
    town: Town, text: str, language: str, said: str
) -> None:
    told = await town.ask(text)
    assert told.language == language
    assert any(said in paragraph for paragraph in told.answer.paragraphs)


async def test_a_chosen_language_stays(town: Town) -> None:
    told = await town.ask("English", "查文件 营商环境")
    assert told.language == "en"


@pytest.mark.parametrize("text", ["yingshang huanjing", "营伤环境条例", "yinshang huanjing"])
async def test_typing_by_sound_and_with_mistakes_is_understood(town: Town, text: str) -> None:
    assert titles(await town.ask(text))[0] == "优化营商环境条例"


async def test_what_nothing_answers_is_said_and_a_person_offered(town: Town) -> None:
    told = await town.ask("火星移民签证的材料清单在哪里下载")
    assert told.answer.unanswered
    assert not told.answer.cites
    assert any(choice.payload == "hand_over/asked" for choice in told.answer.choices)
    assert not town.signals.said, "the answer waits for no collecting: the message is followed"


async def test_a_complaint_is_kept_once_it_is_told(town: Town) -> None:
    await town.ask("我要投诉", "锦江区春熙路凌晨三点还在施工，吵得睡不着")
    (said,) = town.signals.said
    assert (said.kind, said.text[:6]) == (SaidKind.COMPLAINT, "锦江区春熙路")


async def test_who_complained_may_ask_to_hear_of_the_outcome(town: Town) -> None:
    wanted: list[str] = []

    class Outcomes:
        async def want(self, reference: str, reader: Reader) -> bool:
            wanted.append(f"{reference} {reader.sender}")
            return True

    town.engine.desk = replace(town.engine.desk, outcomes=Outcomes())
    told = await town.ask("我要投诉", "锦江区春熙路凌晨三点还在施工，吵得睡不着")
    assert told.answer.choices[0].payload == "give_opinion/tell/YJ-1"
    assert "会在这里告诉您" in (await town.ask("1")).answer.paragraphs[0]
    assert wanted == ["YJ-1 citizen"]


async def test_another_wish_is_heard_while_a_complaint_is_awaited(town: Town) -> None:
    told = await town.ask("我要投诉", "转人工")
    assert told.answer.handover
    assert not town.signals.said


@pytest.mark.parametrize(
    "text",
    [
        "看看 http://www.gоv.cn/login 是不是真的",
        "аррӏе.com 营商环境条例 图解",
        "javascript:alert(1) 你好",
    ],
)
async def test_an_address_that_somebody_sends_is_never_said_back(town: Town, text: str) -> None:
    told = await town.ask(text)
    said = "\n".join((*told.answer.paragraphs, *(one.label for one in told.answer.choices)))
    for piece in ("gоv.cn", "аррӏе", "javascript", "login"):
        assert piece not in said


async def test_projects_near_a_sent_position_are_told_with_their_distance(town: Town) -> None:
    await town.ask("我家附近有哪些民生项目")
    told = await town.at(30.66, 104.07)
    assert told.skill == "key_areas"
    assert "公里" in told.answer.paragraphs[1]
    assert told.answer.cites[0].url.endswith("/key-areas/projects/510100/2026")


async def test_the_nearest_access_point_is_told_with_hours_and_the_way(town: Town) -> None:
    told = await town.at(30.66, 104.07)
    assert told.skill == "access_points"
    first = told.answer.paragraphs[1]
    assert "档案馆" in first
    assert "现在开放" in first
    assert "https://uri.amap.com/navigation" in first


async def test_an_infographic_is_shown_as_the_picture_that_was_published(town: Town) -> None:
    told = await town.ask("优化营商环境条例 图解")
    item = (await town.hub.public.item(town.ids["explained"])).item
    assert [one.sha256 for one in told.answer.media] == [one.sha256 for one in item.pictures]


async def test_whoever_leaves_is_sent_nothing_and_forgotten(town: Town) -> None:
    await town.ask("订阅 公积金")
    event = {"kind": InboundKind.EVENT, "event": EventType.UNSUBSCRIBE}
    assert (await town.ask("", **event)).answer.silent
    assert "还没有订阅" in (await town.ask("我的订阅")).answer.paragraphs[0]


async def test_who_follows_is_welcomed_with_the_menu(town: Town) -> None:
    told = await town.ask("", kind=InboundKind.EVENT, event=EventType.SUBSCRIBE)
    assert len(told.answer.choices) >= 10
    assert all(len(choice.payload.encode()) <= 64 for choice in told.answer.choices)


async def test_a_picture_is_answered_with_what_is_understood(town: Town) -> None:
    told = await town.ask("", kind=InboundKind.IMAGE)
    assert "文字" in told.answer.paragraphs[0]


async def test_a_scanned_code_leads_to_its_item_and_an_unknown_one_to_the_menu(town: Town) -> None:
    scan = {"kind": InboundKind.EVENT, "event": EventType.SCAN}
    assert titles(await town.ask("", **scan, event_key=town.ids["new"])) == [
        "成都市食品摊贩备案办法"
    ]
    assert (await town.ask("", **scan, event_key="qrscene_7")).skill == "help_menu"
    assert not town.signals.said
