from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.rules import checked, content_hash, content_of, draft_of
from hub.catalogue.service import Catalogue
from hub.catalogue.variants.models import Variant
from hub.catalogue.variants.rules import OWN_ACCOUNT, chosen, own_variation
from hub.kernel.errors import InvalidInput

BLANK = ItemDraft(
    body_id="b", title="题", body="文", issuer="市政府", attribute=Attribute.PROACTIVE
)
WEIBO = Variant(channel="weibo", body="短")


async def test_a_variant_is_content_of_its_version_and_stays_with_the_item(
    catalogue: Catalogue, draft: ItemDraft
) -> None:
    item = await catalogue.add(draft, actor="editor")
    told = replace(draft_of(item), variants=(replace(WEIBO, body=" 短\r\n文 "),))
    second = await catalogue.edit(item.id, told, actor="editor")
    assert second.version == 2
    assert second.variants == (replace(WEIBO, body="短\n文"),)
    third = await catalogue.edit(item.id, replace(draft_of(second), title="新题"), actor="editor")
    assert (await catalogue.get(item.id)).variants == third.variants == second.variants
    assert (await catalogue.version(item.id, 1)).variants == ()
    assert (await catalogue.version(item.id, 2)).variants == second.variants


def test_an_item_without_variants_has_the_hash_that_it_always_had() -> None:
    assert "variants" not in content_of(BLANK)
    own = replace(BLANK, variants=(WEIBO,))
    assert content_hash(content_of(own)) != content_hash(content_of(BLANK))
    assert checked(replace(BLANK, variants=(Variant(channel="weibo"),))).variants == ()


@pytest.mark.parametrize(
    ("variants", "field"),
    [
        ((WEIBO, WEIBO), "variants"),
        ((replace(WEIBO, title="长" * 301),), "variants[weibo].title"),
        ((replace(WEIBO, body="a\x00b"),), "variants[weibo].body"),
        ((replace(WEIBO, account_id="x", cover="0" * 64),), "variants[weibo/x].cover"),
    ],
)
def test_what_is_wrong_with_a_variant_is_named(variants: tuple[Variant, ...], field: str) -> None:
    with pytest.raises(InvalidInput) as told:
        checked(replace(BLANK, variants=variants))
    assert told.value.field == field
    assert told.value.remedy


@given(st.sets(st.tuples(st.sampled_from(["weibo", "wechat"]), st.sampled_from(["", "a", "b"]))))
def test_an_account_s_own_words_go_before_its_channel_s(held: set[tuple[str, str]]) -> None:
    variants = [Variant(channel=c, account_id=a, body=f"{c}{a}") for c, a in sorted(held)]
    found = chosen(variants, "weibo", "a")
    own = own_variation(variants, "weibo", "a", {"form": "x"})
    if ("weibo", "a") in held:
        assert found
        assert found.body == "weiboa"
        assert own == {"form": "x", OWN_ACCOUNT: "a"}
    else:
        assert own == {"form": "x"}
        assert (found.body if found else "") == ("weibo" if ("weibo", "") in held else "")
