"""Documentation made from the code: settings, channels, the life of a delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.settings import ENV_PREFIX, Settings
from hub.publishing.models import (
    LIFECYCLE,
    SETTLED,
    Declaration,
    DeliveryEvent,
    DeliveryState,
    MediaRule,
    Quota,
    Rate,
)
from publishers.registry import channels

__all__ = ["PAGES", "Page"]


class Page(StrEnum):
    SETTINGS = "settings"
    CHANNELS = "channels"
    LIFECYCLE = "lifecycle"


def _settings() -> str:
    head = """# Settings

Read from the environment first, then from a TOML file (`GONGKAI_CONFIG`, else `./gongkai.toml`),
then the default. `gongkai config check` proves an installation, `gongkai config show` says where
each value came from. Durations and sizes are in the unit their name says.

| setting | environment | default | meaning |
|---|---|---|---|
"""
    rows = [
        f"| `{name}` | `{ENV_PREFIX}{name.upper()}` | {_default(info)} | {info.description} |\n"
        for name, info in Settings.model_fields.items()
    ]
    return head + "".join(rows)


def _default(info: FieldInfo) -> str:
    value: Any = info.default
    if value in (PydanticUndefined, "", ()):
        return "–"
    return f"`{value}`"


def _channels() -> str:
    head = """# Channels

One row per folder in `publishers/`, from its declaration; the contract suite proves each line
against the channel's simulator.

| channel | title | text | pictures | a repeat | settled by | can | limits |
|---|---|---|---|---|---|---|---|
"""
    rows = [_channel_row(channel.declaration) for channel in channels().values()]
    sources = [f"- `{name}`: {c.declaration.source}\n" for name, c in channels().items()]
    return head + "".join(rows) + "\nSources:\n\n" + "".join(sources)


def _channel_row(declared: Declaration) -> str:
    cells = [
        f"`{declared.name}`",
        f"{declared.title.zh} / {declared.title.en}",
        _length(declared),
        _pictures(declared.media),
        str(declared.repeat),
        ", ".join(declared.reconciling),
        ", ".join(sorted(declared.capabilities)) or "–",
        ", ".join(_limits(declared)) or "–",
    ]
    return f"| {' | '.join(cells)} |\n"


def _length(declared: Declaration) -> str:
    if not declared.text_limit:
        return "no limit"
    return f"{declared.text_limit} {declared.unit}, else {', '.join(declared.overflow)}"


def _pictures(rule: MediaRule) -> str:
    if not rule.max_count:
        return "none"
    return f"{rule.max_count} × {rule.max_bytes / 1024 / 1024:.3g} MiB"


def _limits(declared: Declaration) -> list[str]:
    rates = [_rate(rate) for rate in declared.rates]
    return rates + [_quota(quota) for quota in declared.quotas]


def _quota(quota: Quota) -> str:
    kept = f", {quota.kept} of them kept for emergencies" if quota.kept else ""
    return f"{quota.count} a {quota.period}{kept}"


def _rate(rate: Rate) -> str:
    seconds = rate.per / timedelta(seconds=1)
    return f"{rate.count} in {seconds:g} s per {rate.scope}"


def _lifecycle() -> str:
    head = """# The life of a delivery

From `hub.publishing.models.LIFECYCLE`, the only way from one state to the next; what is not in
the table is refused. {settled} are final.

| event | allowed in | leads to |
|---|---|---|
"""
    order = {state: number for number, state in enumerate(DeliveryState)}
    rows = [
        f"| `{event}` | {_states(LIFECYCLE.sources(event), order)} | "
        f"`{LIFECYCLE.target(event)}` |\n"
        for event in DeliveryEvent
    ]
    return head.format(settled=_states(SETTLED, order)) + "".join(rows)


def _states(states: frozenset[DeliveryState], order: Mapping[DeliveryState, int]) -> str:
    return ", ".join(f"`{state}`" for state in sorted(states, key=order.__getitem__))


# where each page is kept and how it is made; `make docs` writes them, a test compares them
PAGES: Mapping[Page, tuple[Path, Callable[[], str]]] = {
    Page.SETTINGS: (Path("docs/settings.md"), _settings),
    Page.CHANNELS: (Path("docs/channels.md"), _channels),
    Page.LIFECYCLE: (Path("docs/lifecycle.md"), _lifecycle),
}
