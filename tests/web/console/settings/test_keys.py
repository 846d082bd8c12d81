"""Keys of the staff API at the console: made with scopes, shown once, revoked."""

from __future__ import annotations

import re

from hub.kernel.events import read_events
from hub.organisations.tokens.scopes import Scope
from tests.web.console.conftest import Office

KEYS = "/me/keys"
NEW = {"label": "OA 对接", "days": "30", "per_minute": "60", "scope-read": "yes"}


async def kinds_of(office: Office) -> list[str]:
    return [one["kind"] for one in await office.hub.database.read(read_events)]


async def test_a_key_is_made_with_its_scopes_shown_once_and_revoked(offices: Office) -> None:
    assert "checked" in await offices.see("clerk", f"{KEYS}/new")
    page = await offices.send("clerk", KEYS, NEW, 200)
    secret = re.search(r'class="secret"><code>(gk_[^<]+)', page)
    assert secret
    holder = await offices.desk.tokens.holder(secret[1])
    assert (holder.person.login, holder.token.scopes) == ("clerk", {Scope.READ})
    listed = await offices.see("clerk", KEYS)
    assert "OA 对接" in listed
    assert secret[1] not in listed
    told = {"key": holder.token.id}
    assert "said=revoked" in await offices.send("clerk", f"{KEYS}/revoke", told)
    kinds = await kinds_of(offices)
    assert "organisations.token.issued" in kinds
    assert kinds[-1] == "organisations.token.revoked"


async def test_a_key_without_a_scope_or_a_purpose_is_refused(offices: Office) -> None:
    without = {name: value for name, value in NEW.items() if name != "scope-read"}
    assert "至少选一项" in await offices.send("clerk", KEYS, without, 400)
    assert "用途" in await offices.send("clerk", KEYS, NEW | {"label": " "}, 400)
    assert "正整数" in await offices.send("clerk", KEYS, NEW | {"per_minute": "-1"}, 400)


async def test_only_who_administers_somebody_makes_and_ends_their_keys(offices: Office) -> None:
    await offices.see("clerk", f"{KEYS}?login=chief", 403)
    await offices.send("mayor", KEYS, NEW | {"login": "chief"}, 403)
    page = await offices.send("mayor", KEYS, NEW | {"login": "clerk"}, 200)
    assert "gk_" in page
    key = (await offices.desk.tokens.of("clerk"))[0]
    await offices.send("chief", f"{KEYS}/revoke", {"key": key.id}, 404)
    told = {"key": key.id, "login": "clerk"}
    assert "said=revoked" in await offices.send("mayor", f"{KEYS}/revoke", told)
