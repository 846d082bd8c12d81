from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.review.checks.links import DISGUISED
from tests.hub.review.checks.making import look, rules_in

CYRILLIC_A, CYRILLIC_ES, GREEK_OMICRON = "\u0430", "\u0441", "\u03bf"
OVERRIDE, ZERO_WIDTH = "\u202e", "\u200b"


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (f"https://www.{CYRILLIC_ES}d.gov.cn/zw", "look-alike"),
        (f"http://www.s{CYRILLIC_ES}.g{GREEK_OMICRON}v.cn", "look-alike"),
        (f"https://bank.{CYRILLIC_A}bc.com:8443/x", "look-alike"),
        ("https://www.xn--d-0tb.gov.cn/zw", "look-alike"),
        ("https://www.sc.gov.cn@evil.example/pay", "before @"),
        (f"https://www.sc.{ZERO_WIDTH}gov.cn/a", "nobody sees"),
        (f"https://www.sc.{OVERRIDE}nc.vog/a", "nobody sees"),
        ("https://www.sc.gov.cn.evil.example/a", "borrows gov.cn"),
        ("https://www-sc-gov-cn.example/a", "borrows gov.cn"),
        ("ＨＴＴＰＳ：／／www.govcn.example", "borrows gov.cn"),
    ],
)
def test_a_link_in_disguise_blocks_and_says_how(link: str, reason: str) -> None:
    [found] = [one for one in look(f"详见{link} 办理") if one.rule == DISGUISED]
    assert found.severity == "block"
    assert reason in found.words.en


@pytest.mark.parametrize(
    "text",
    [
        "详见https://www.sc.gov.cn/zwgk/1.html。",
        "登录http://www.sc.gov.cn查询办理进度",
        "网址：https://www.sc.gov.cn:8443，欢迎访问",
        "https://政务.cn/a、https://www.中国.cn",
        "https://xn--fiqs8s.cn/a",
        "https://governor.example/cn",
        f"https://www.sc.gov.cn{ZERO_WIDTH} 下载",
        "https://example.com/share?to=zhang@example.com",
    ],
)
def test_an_honest_link_is_left_alone(text: str) -> None:
    assert DISGUISED not in [rule for rule, _ in rules_in(text)]


@given(st.from_regex(r"[a-z]{1,12}(\.[a-z0-9]{1,12}){0,3}\.gov\.cn", fullmatch=True))
def test_nothing_under_gov_cn_in_plain_letters_is_a_disguise(host: str) -> None:
    assert DISGUISED not in [rule for rule, _ in rules_in(f"见 https://{host}/1")]


@given(
    st.from_regex(r"[a-z]{2,8}\.[a-z]{2,8}\.cn", fullmatch=True),
    st.sampled_from("аеорсухіѕјԁԛԝοαν"),
    st.data(),
)
def test_one_letter_of_another_script_anywhere_is_found(
    host: str, letter: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(host) - 1).filter(lambda n: host[n] != "."))
    spoilt = host[:place] + letter + host[place + 1 :]
    assert (DISGUISED, "block") in rules_in(f"见 https://{spoilt}/1")
