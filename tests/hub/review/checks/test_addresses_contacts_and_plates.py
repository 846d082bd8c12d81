from __future__ import annotations

import pytest

from hub.review.checks.masking import masked
from tests.hub.review.checks.making import look, rules_in


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("家庭住址：三台县潼川镇解放街幸福小区3栋2单元501室", "家庭住址：三台县潼川镇***"),
        ("住址：成都市青羊区草市街街道锦绣花园12幢1204号", "住址：成都市青羊区草市街街道***"),
        ("户籍：绵阳市三台县石安镇白鹤村第五组12号", "户籍：绵阳市三台县石安镇***"),
        ("现住金牛区茶店子路８号院３号楼１单元２０１室，", "现住金牛区***，"),
        ("张某（户主）住幸福家园3-2-501", "张某（户主）住***"),
    ],
)
def test_an_address_is_kept_down_to_the_township(text: str, kept: str) -> None:
    found = look(text)
    assert [(f.rule, f.severity) for f in found] == [("home-address", "block")]
    assert masked(text, found) == kept


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("办公地址：青羊区人民南路一段2号政务服务中心3栋2楼201室", "warn"),
        ("征收三台县潼川镇红星村3组集体土地12亩", "note"),
        ("申请人王某，住红星村3组", "block"),
    ],
)
def test_what_surrounds_an_address_decides_how_grave_it_is(text: str, severity: str) -> None:
    assert [f.severity for f in look(text)] == [severity]


@pytest.mark.parametrize(
    "text",
    [
        "三台县潼川镇", "草市街街道", "村民小组组长", "农村集体经济组织", "建成12栋住宅楼460户",
        "两个单元", "第三单元测试", "村内道路3条", "一号楼文化广场", "10号令",
    ],
)  # fmt: skip
def test_what_is_no_door_is_left_alone(text: str) -> None:
    assert rules_in(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("邮箱zhang.san@qq.com。", ("personal-email", "block")),
        ("邮箱ｚｓ＠１６３．ｃｏｍ", ("personal-email", "block")),
        ("邮箱 office@example-company.com", ("personal-email", "warn")),
        ("川A·12345", ("vehicle-plate", "block")),
        ("车牌川AD12345，", ("vehicle-plate", "block")),
        ("车牌京A 1234警", ("vehicle-plate", "block")),
    ],
)
def test_mailboxes_and_plates_of_people(text: str, found: tuple[str, str]) -> None:
    assert rules_in(text) == [found]


@pytest.mark.parametrize(
    "text",
    ["xxgk@sc.gov.cn", "@四川发布", "a@b", "川A123456789", "桂ABCDEF", "@@@"],
)
def test_what_is_no_mailbox_and_no_plate(text: str) -> None:
    assert rules_in(text) == []


def test_masks_keep_what_the_rules_let_stand() -> None:
    text = "张三，邮箱zs@qq.com，电话138-1234-5678，车牌川A12345。"
    assert masked(text, look(text)) == "张三，邮箱z***@qq.com，电话138****5678，车牌川A***45。"


def test_findings_that_overlap_leave_nothing_of_either() -> None:
    text = "住红星村3组13812345678号"
    found = look(text)
    assert "13812345678" not in masked(text, found)
