"""The roles of a process: which parts each is made of. `gongkai run` has all of them.

Which recurring job belongs to which role, and whether several processes do it, is the table in
app/nodes/jobs.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from app.nodes.answering import index
from app.nodes.clock import keep_house, listen, look_after_conversations, plan
from app.nodes.jobs import ALL, Role
from app.nodes.node import Node
from app.nodes.web import serve_platforms, serve_public, serve_staff, wait_for_index
from app.nodes.worker import answer_later, send
from app.settings import Settings
from hub.kernel.errors import Misconfigured, Words

__all__ = ["ALL", "PARTS", "Part", "Role", "check_roles", "parts_of"]

Part = Callable[[Node], Awaitable[None]]

# A process opens the parts of its roles in this order, a part of two roles once.
PARTS: Mapping[Role, tuple[Part, ...]] = {
    Role.WORKER: (send, index, answer_later),
    Role.CLOCK: (keep_house, plan, look_after_conversations, listen),
    Role.WEB: (index, wait_for_index, serve_platforms, serve_public, serve_staff),
}


def parts_of(roles: frozenset[Role]) -> list[Part]:
    """The parts of a process with these roles, in the order in which they are opened."""
    found = (part for role, parts in PARTS.items() if role in roles for part in parts)
    return list(dict.fromkeys(found))


def check_roles(settings: Settings, roles: frozenset[Role]) -> None:
    """Raises Misconfigured for single roles over SQLite: an embedded installation is one process
    and has all of them."""
    if settings.embedded and roles != ALL:
        names = "、".join(sorted(roles))
        raise Misconfigured(
            Words(
                f"角色 {names} 需要 PostgreSQL：嵌入式安装（SQLite）只有一个进程",
                "separate roles need PostgreSQL: an embedded installation (SQLite) is one process",
            ),
            field="database_url",
            remedy=Words(
                "设置 GONGKAI_DATABASE_URL=postgresql+asyncpg://…，或运行 gongkai run",
                "set GONGKAI_DATABASE_URL=postgresql+asyncpg://…, or start `gongkai run`",
            ),
        )
