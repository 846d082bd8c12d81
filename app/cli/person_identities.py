"""gongkai person link, identities, unlink: who comes in by an identity provider."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.common import JsonOption, emit, run
from app.cli.person import app as people
from app.cli.rows import Actor, acting
from app.compose import Hub
from app.signin import sessions_of
from hub.organisations.identities.service import Identities

Subject = Annotated[
    str, typer.Argument(help="身份平台给此人的 sub / the provider's sub of this person")
]
Issuer = Annotated[
    str,
    typer.Option(help="发行方网址，默认为所设 / issuer, else the one that is set"),
]


@people.command("link")
def link(
    login: Annotated[str, typer.Argument(help="登录名 / login")],
    subject: Subject,
    issuer: Issuer = "",
    actor: Actor = "",
    as_json: JsonOption = False,
) -> None:
    """关联统一身份：此后可从身份平台登录 / link an identity, which then signs in as this person"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        given = issuer or hub.settings.oidc_issuer
        return [asdict(await _of(hub).link(login, given, subject, actor=acting(actor)))]

    emit(run(work, as_json=as_json), as_json, _show)


@people.command("identities")
def identities(
    login: Annotated[str, typer.Argument(help="登录名 / login")], as_json: JsonOption = False
) -> None:
    """某人已关联的统一身份 / the identities linked to a person"""

    async def work(hub: Hub) -> list[dict[str, Any]]:
        return [asdict(one) for one in await _of(hub).of(login)]

    emit(run(work, as_json=as_json), as_json, _show)


@people.command("unlink")
def unlink(
    subject: Subject, issuer: Issuer = "", actor: Actor = "", as_json: JsonOption = False
) -> None:
    """解除关联，并结束其会话 / unlink an identity, and end its person's sessions"""

    async def work(hub: Hub) -> dict[str, Any]:
        given = issuer or hub.settings.oidc_issuer
        await _of(hub).unlink(given, subject, actor=acting(actor))
        return {"issuer": given, "subject": subject}

    emit(run(work, as_json=as_json), as_json, lambda data: Text(data["subject"]))


def _of(hub: Hub) -> Identities:
    return Identities(hub.database, hub.clock, sessions_of(hub))


def _show(rows: list[dict[str, Any]]) -> Table:
    table = Table("发行方 / issuer", "编号 / subject", "关联人 / linked by", "时间 / at")
    for row in rows:
        when = f"{row['linked_at']:%Y-%m-%d %H:%M}"
        table.add_row(Text(row["issuer"]), Text(row["subject"]), row["linked_by"], when)
    return table
