"""gongkai account reseal: after a change of keys, everything sealed with an older one anew."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from rich.text import Text

from app.cli.account import app as accounts
from app.cli.common import JsonOption, emit, run
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.signin import factors_of


@accounts.command("reseal")
def reseal(actor: Actor = "", as_json: JsonOption = False) -> None:
    """换用新密钥：账号凭据与验证器密钥 / seal credentials and authenticators with the new key"""

    async def work(hub: Hub) -> dict[str, Any]:
        by = acting(actor)
        return {
            "accounts": await hub.organisations.reseal(actor=by),
            "authenticators": await factors_of(hub).reseal(actor=by),
        }

    emit(run(work, as_json=as_json), as_json, _done)


def _done(data: dict[str, Any]) -> RenderableType:
    return Text(
        f"已换用新密钥：账号 {data['accounts']}，验证器 {data['authenticators']} / "
        f"{data['accounts']} accounts, {data['authenticators']} authenticators"
    )
