"""A channel or an account is given words of its own, over the service that every door uses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.variants.models import Variant
from hub.catalogue.variants.rules import with_variant

KEYS = st.tuples(st.sampled_from(["weibo", "wechat"]), st.sampled_from(["", "A", "B"]))


def variant(key: tuple[str, str], title: str) -> Variant:
    return Variant(channel=key[0], account_id=key[1], title=title)


@given(st.lists(st.tuples(KEYS, st.sampled_from(["", "一", "二"])), max_size=8))
def test_the_last_word_for_each_channel_and_account_stands(
    told: list[tuple[tuple[str, str], str]],
) -> None:
    held: tuple[Variant, ...] = ()
    for key, title in told:
        held = with_variant(held, variant(key, title))
    last = dict(told)
    assert {(v.channel, v.account_id): v.title for v in held} == {
        k: t for k, t in last.items() if t
    }


def test_one_of_many_is_taken_away_and_the_others_stay() -> None:
    held = with_variant((), variant(("weibo", ""), "一"))
    held = with_variant(held, variant(("weibo", "A"), "二"))
    [left] = with_variant(held, Variant(channel="weibo"))
    assert left.account_id == "A"
