"""The contract of every skill that is found: reached by its examples, citing, saying it in words
that exist in both languages."""

from __future__ import annotations

import re

import pytest
from jinja2 import Environment, meta

from bots.contract import Example, Grounds, Skill
from bots.registry import menu, skills
from bots.texts import names_of
from tests.bots.conftest import Town

EVERY = [pytest.param(one, id=one.name) for one in skills().values()]
EXAMPLES = [
    pytest.param(skill.name, example, id=f"{skill.name}: {example.text}")
    for skill in skills().values()
    for example in skill.examples
]
HAN = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
async def test_an_example_reaches_its_skill(town: Town, name: str, example: Example) -> None:
    told = await town.ask(*example.before, example.text)
    assert told.skill == name
    assert told.answer.paragraphs


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
async def test_what_an_answer_says_of_published_things_is_cited(
    town: Town, name: str, example: Example
) -> None:
    told = await town.ask(*example.before, example.text)
    for cite in told.answer.cites:
        assert cite.title
        assert cite.url.startswith("https://www.example.gov.cn/")
        assert cite.published_on or not cite.index_no
    assert not (told.answer.cites and told.answer.unanswered)


@pytest.mark.parametrize("skill", EVERY)
def test_a_skill_has_examples_and_a_place_of_its_own(skill: Skill) -> None:
    assert len(skill.examples) >= 3
    assert any(not HAN.search(one.text) for one in skill.examples), "none in English"
    places = [one.place for one in menu()]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("skill", [*skills(), "_shared"])
def test_every_text_exists_in_both_languages_with_the_same_values(skill: str) -> None:
    chinese, english = names_of(skill, "zh"), names_of(skill, "en")
    assert chinese.keys() == english.keys()
    environment = Environment(autoescape=True)
    environment.filters |= {"day": str, "named": str}
    for name in chinese:
        used = [
            meta.find_undeclared_variables(environment.parse(table[name]))
            for table in (chinese, english)
        ]
        assert used[0] == used[1], name


@pytest.mark.parametrize("skill", [*skills(), "_shared"])
def test_english_texts_are_english_but_for_what_is_quoted(skill: str) -> None:
    for name, text in names_of(skill, "en").items():
        bare = re.sub(r"[（(/][^)）]*[\u3400-\u9fff][^)）]*[)）]?", "", text)
        assert not HAN.search(bare), name


def test_a_reply_about_what_is_published_without_a_source_cannot_be_made() -> None:
    from bots.contract import Reply

    with pytest.raises(ValueError, match="cites"):
        Reply(paragraphs=("法律规定……",), grounds=Grounds.PUBLISHED)
