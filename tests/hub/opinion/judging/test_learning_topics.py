"""Classifiers: from lists alone, from labels, and kept as plain data. Every message is invented."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hub.kernel.errors import InvalidInput
from hub.opinion.judging import training
from hub.opinion.judging.models import Field
from hub.opinion.judging.ports import Labelled
from hub.opinion.judging.taxonomy import department_labels, read_labels, topic_labels

_INVENTED = {
    "物业把绿地改成停车位出租": "城乡建设",
    "印染厂排出的黑水流进鱼塘": "环境保护",
    "十七路公交末班车太早": "交通运输",
    "初二学生被要求买平板电脑上课": "教育文体",
    "饭馆老板欠我两个月工钱": "劳动和社会保障",
    "超市卖过期酸奶还不给退款": "商贸旅游",
    "乡卫生院夜里没有值班医生": "卫生计生",
}
_SMALL = """
version = 3
[[topics]]
name = "水"
cues = "停水 水压 水表 自来水 水费"
[[topics]]
name = "电"
cues = "停电 电压 电表 变压器 电费"
[[topics]]
name = "路"
cues = "修路 坑洼 路面 红绿灯 路灯"
"""


@pytest.fixture(scope="module")
def cold() -> training.Linear:
    return training.train(topic_labels())


def test_topics_are_told_without_a_single_label(cold: training.Linear) -> None:
    ranked = {title: cold.rank(title, "") for title in _INVENTED}
    assert {title: one.best.label for title, one in ranked.items()} == _INVENTED
    assert all(len(one.guesses) == 3 for one in ranked.values())
    assert "公交" in ranked["十七路公交末班车太早"].best.words


def test_a_text_that_says_nothing_is_not_sure(cold: training.Linear) -> None:
    assert cold.rank("", "。").best.confidence < 0.4


def test_what_was_learned_survives_as_plain_data(cold: training.Linear) -> None:
    again = training.unpacked(cold.packed(), topic_labels())
    assert again is not None
    for title in _INVENTED:
        assert again.rank(title, "") == cold.rank(title, "")
    assert training.unpacked(cold.packed(), department_labels()) is None


def test_a_model_of_before_the_share_was_learned_counts_the_whole_list(
    cold: training.Linear,
) -> None:
    old = msgspec.json.decode(cold.packed())
    del old["share"]
    again = training.unpacked(msgspec.json.encode(old).decode(), topic_labels())
    assert again is not None
    assert again.share == cold.share == 1.0


def test_labels_teach_what_the_list_does_not_say(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(_SMALL, "utf-8")
    labels = read_labels(tmp_path / "own.toml")
    taught = [Labelled(f"龙头滴答响第{n}夜", "", "水") for n in range(12)]
    taught += [Labelled(f"杆子歪了{n}度", "", "电") for n in range(12)]
    taught += [Labelled(f"窨井盖丢失{n}个", "", "路") for n in range(12)]
    machine = training.train(labels, taught)
    assert machine.rank("窨井盖不见了", "").best.label == "路"
    report = training.evaluate(Field.TOPIC, labels, taught)
    assert report.labels == 36
    assert report.trained.macro_f1 > report.cold.macro_f1
    assert report.trained.majority == pytest.approx(1 / 3, abs=1e-3)


def test_where_labels_speak_against_the_lists_words_those_count_less(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(_SMALL, "utf-8")
    labels = read_labels(tmp_path / "own.toml")
    pairs = (("停电时水泵坏了", "水"), ("修路挖断了电缆", "电"), ("停水抢修挖开的坑", "路"))
    taught = [Labelled(f"{text}{n}", "", label) for text, label in pairs for n in range(12)]
    machine = training.train(labels, taught)
    assert machine.share < 1
    assert machine.rank("停电时水泵坏了", "").best.label == "水"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[[topics]]", "version"),
        ("version = 1", "topics"),
        (_SMALL.replace('"停水 水压 水表 自来水 水费"', '""'), "水.cues"),
        (_SMALL.replace('"电"', '"水"', 1), "topics.name"),
        ("version = ", "file"),
    ],
)
def test_a_wrong_list_names_its_field(tmp_path: Path, text: str, field: str) -> None:
    (tmp_path / "own.toml").write_text(text, "utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_labels(tmp_path / "own.toml")
    assert refused.value.field == field


def test_every_topic_names_departments_that_there_are() -> None:
    known = set(department_labels().names)
    named = {name for label in topic_labels().labels for name in label.others}
    assert named <= known
