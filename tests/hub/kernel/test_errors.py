from __future__ import annotations

from hub.kernel.errors import InvalidInput, NotFound, Words


def test_an_error_says_the_field_both_languages_and_the_remedy() -> None:
    error = InvalidInput(Words("太长", "too long"), field="title", remedy=Words("缩短", "shorten"))
    assert str(error) == "[title] 太长 / too long → 缩短 / shorten"
    assert error.as_dict() == {
        "code": "invalid-input",
        "field": "title",
        "message": {"zh": "太长", "en": "too long"},
        "remedy": {"zh": "缩短", "en": "shorten"},
    }


def test_an_error_without_remedy_has_none() -> None:
    assert NotFound(Words("没有", "none")).as_dict()["remedy"] is None
