"""Which variants an item may have, and which of them an account is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hub.catalogue.variants.models import WORDS, Variant
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.rules import unwelcome

__all__ = [
    "MAX_VARIANTS",
    "OWN_ACCOUNT",
    "chosen",
    "own_variation",
    "tidied",
    "variant_problems",
    "with_variant",
]

MAX_VARIANTS = 200
OWN_ACCOUNT = "account"  # in the variation of an edition that one account alone is given
_LONGEST: Mapping[str, int] = {"title": 300, "summary": 1_500, "body": 500_000}  # as an item's
_SHORTEN = Words("删减", "shorten it")


def chosen(variants: Iterable[Variant], channel: str, account_id: str) -> Variant | None:
    """What the account is given in place of the item's words: its own before its channel's."""
    ours = {one.account_id: one for one in variants if one.channel == channel}
    return ours.get(account_id) or ours.get("")


def with_variant(variants: Iterable[Variant], one: Variant) -> tuple[Variant, ...]:
    """`one` in the place of what its channel or account had; an empty one takes that away."""
    others = [v for v in variants if (v.channel, v.account_id) != (one.channel, one.account_id)]
    return tidied([*others, one])


def own_variation(
    variants: Iterable[Variant], channel: str, account_id: str, variation: Mapping[str, str]
) -> Mapping[str, str]:
    """`variation` as it is for the account: with its id in it where words are written for it
    alone, so that it shares no edition."""
    alone = any(one.channel == channel and one.account_id == account_id for one in variants)
    return {**variation, OWN_ACCOUNT: account_id} if account_id and alone else variation


def tidied(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """Without outer spaces and without those that say nothing, in one order whoever typed them."""
    clean = (
        replace(one, **{name: _tidy(getattr(one, name)) for name in WORDS}) for one in variants
    )
    return tuple(
        sorted(
            (one for one in clean if not one.empty), key=lambda one: (one.channel, one.account_id)
        )
    )


def variant_problems(
    variants: Sequence[Variant], pictures: Iterable[str]
) -> Iterator[InvalidInput]:
    """Everything that is wrong with tidied variants of an item that has `pictures` (SHA-256)."""
    if len(variants) > MAX_VARIANTS:
        few = Words(f"至多 {MAX_VARIANTS} 份", f"at most {MAX_VARIANTS}")
        yield _wrong("variants", "各渠道文稿过多", "there are too many variants", few)
    if len({(one.channel, one.account_id) for one in variants}) < len(variants):
        once = Words("每个渠道、每个账号只写一份", "write one for each channel or account")
        yield _wrong("variants", "各渠道文稿重复", "variants repeat one another", once)
    held = frozenset(pictures)
    for one in variants:
        place = f"variants[{one.channel}{'/' if one.account_id else ''}{one.account_id}]"
        for name, longest in _LONGEST.items():
            yield from _text_problems(f"{place}.{name}", getattr(one, name), longest)
        if one.cover and one.cover not in held:
            choose = Words("从信息的图片中选一张", "choose one of the item's pictures")
            zh, en = "封面不是本信息的图片", "the cover is none of the item's pictures"
            yield _wrong(f"{place}.cover", zh, en, choose)


def _text_problems(field: str, text: str, longest: int) -> Iterator[InvalidInput]:
    if len(text) > longest:
        yield _wrong(
            field,
            f"{len(text)} 字，超过 {longest}",
            f"has {len(text)} characters, limit {longest}",
            _SHORTEN,
        )
    allowed = "" if field.endswith(".title") else "\n\t"
    if bad := unwelcome(text, allowed):
        remove = Words("删去该字符", "remove that character")
        yield _wrong(field, f"含不可用字符 U+{ord(bad):04X}", f"holds U+{ord(bad):04X}", remove)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _wrong(field: str, zh: str, en: str, remedy: Words) -> InvalidInput:
    return InvalidInput(Words(zh, en), field=field, remedy=remedy)
