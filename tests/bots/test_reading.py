"""A message as skills read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.contract import Language, Session
from bots.reading import chosen_number, cleaned, in_documents_words, is_next, language_of


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("@政务公开 你好", "你好"),
        ("公​积‮金", "公积金"),
        ("看 https://evil.example/a?b=c 这个", "看 这个"),
        ("аррӏе.com是真的吗", ""),
        ("关于2.5环境的问题。第1.2条", "关于2.5环境的问题。第1.2条"),
        ("mailto:a@b.cn 查一下", "查一下"),
    ],
)
def test_addresses_mentions_and_unseen_signs_are_taken_out(typed: str, seen: str) -> None:
    assert cleaned(typed).startswith(seen)
    assert "example" not in cleaned(typed)
    assert "com" not in cleaned(typed)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    said = cleaned(text)
    language = language_of(said, Session())
    assert len(said) <= 1_000
    assert isinstance(in_documents_words(said, language), str)
    assert (chosen_number(said) or 0) >= 0
    assert is_next(said) in (True, False)


@pytest.mark.parametrize(
    ("said", "told", "language"),
    [
        ("怎么提取公积金", "", Language.HANS),
        ("怎麼提取公積金", "", Language.HANT),
        ("how do I apply", "", Language.EN),
        ("gongjijin", "", Language.HANS),
        ("gongjijin", "en-US", Language.EN),
        ("2", "zh_TW", Language.HANT),
        ("housing fund", "", Language.EN),
    ],
)
def test_the_language_is_that_of_the_message_else_what_the_platform_tells(
    said: str, told: str, language: Language
) -> None:
    assert language_of(said, Session(), told) is language


@pytest.mark.parametrize(
    ("said", "language", "query"),
    [
        ("老板不给工钱咋个办", Language.HANS, "老板拖欠工资怎么办"),
        ("工积金啷个取", Language.HANS, "公积金怎么取"),
        ("how is the housing fund paid", Language.EN, "住房公积金"),
        ("is 国令第722号 valid", Language.EN, "国令第 722 号"),
    ],
)
def test_dialect_mistakes_and_english_become_the_words_of_documents(
    said: str, language: Language, query: str
) -> None:
    assert in_documents_words(said, language).replace(" ", "") == query.replace(" ", "")
