"""A whole, sane picture that the hub keeps and a channel does not take is refused at submission:
nobody signs it, and nothing of it is left."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.compose import open_hub
from app.settings import Settings
from hub.catalogue.models import Attribute, ItemDraft
from hub.catalogue.pictures import MAX_BYTES
from hub.kernel.errors import InvalidInput
from hub.organisations.models import Selection
from publishers.contract import Channel
from publishers.registry import channels
from tests.badinput.installation import Prepared
from tests.badinput.typed import assert_both_languages, nothing_written


def incompressible(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(content, "PNG")
    return content.getvalue()


def beyond(channel: Channel) -> tuple[int, int] | None:
    """Sides of a picture that the channel declares too large or too thin, the hub does not."""
    rule = channel.declaration.media
    if not rule.max_count:  # takes none, so none is ever given to it
        return None
    if rule.max_bytes < MAX_BYTES - 1_000_000:
        side = int(((rule.max_bytes + 500_000) / 3) ** 0.5)
        return side, side
    return (20, int(20 * rule.max_ratio) + 20) if rule.max_ratio else None


CHOOSY = [pytest.param(one, id=one.name) for one in channels().values() if beyond(one)]


@pytest.mark.parametrize("choosy", CHOOSY)
async def test_a_picture_beyond_a_channels_rule_is_never_submitted(
    choosy: Channel, prepared: Callable[[Channel], Prepared], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(prepared(choosy).home, home)
    sides = beyond(choosy)
    assert sides is not None
    async with open_hub(Settings(home=home, site_url="https://www.sc.gov.cn")) as hub:
        body = await hub.organisations.body("510000")
        draft = ItemDraft(body_id=body.id, title="图解", body="正文", attribute=Attribute.PROACTIVE)
        item = await hub.catalogue.add(draft, actor="clerk")
        await hub.catalogue.add_picture(item.id, incompressible(*sides), alt="图", actor="clerk")
        with nothing_written(home), pytest.raises(InvalidInput) as caught:
            await hub.publishing.submit(item.id, Selection(channels=(choosy.name,)), "clerk")
    told = caught.value.as_dict()
    assert told["field"] == f"{choosy.name}.media"
    assert_both_languages(told)
