"""Every channel's templates on an item: as it would be posted, by who may read the item."""

from __future__ import annotations

import re

from tests.web.console.boards.filling import approved
from tests.web.console.conftest import Office


async def test_every_channel_shows_what_it_would_post_and_from_which_files(office: Office) -> None:
    item = await approved(office, "停车管理办法")
    path = f"/templates/posts?item={item.id}"
    page = await office.see("clerk", path)
    for one in office.desk.channels.values():
        assert one.title.zh in page, one.name
    assert "templates/publish/message/text.j2" in page
    assert "publishers/mastodon/templates/digest.j2" in page
    assert "本单位还没有此渠道的账号" in page
    frames = re.findall(r'src="/console(/templates/[^"]+/sheets/[^"]+)"', page)
    assert frames
    answer = await office.ask("clerk", "GET", path)
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    sheet = await office.see("clerk", frames[0])
    assert "停车管理办法" in sheet
    await office.see("stranger", path, 403)
    await office.see("stranger", frames[0], 403)
    await office.see("clerk", f"/templates/{item.id}/sheets/{'0' * 64}", 404)
    only = await office.see("clerk", f"{path}&channel=weibo")
    assert only.count('class="post-look"') == 1
