"""What is handed to operators names what there is: metrics, commands, addresses, paths."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from app.__main__ import command_line
from app.metrics import Metrics

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
_METRIC = re.compile(r"\bgongkai_[a-z_]+")
_SUFFIX = re.compile(r"_(?:bucket|sum|count)$")
_COMMAND = re.compile(r"gongkai ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)")


def exported() -> frozenset[str]:
    """The names that Prometheus finds, counters with their ending."""
    names = {family.name: family.type for family in Metrics().registry.collect()}
    return frozenset(f"{name}_total" if kind == "counter" else name for name, kind in names.items())


def expressions(file: str) -> Iterator[str]:
    text = (DEPLOY / file).read_text("utf-8")
    if file.endswith(".json"):
        for panel in json.loads(text)["panels"]:
            yield from (target["expr"] for target in panel["targets"])
    else:
        yield from re.findall(r"^ +expr: (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("file", ["prometheus/rules.yml", "grafana/gongkai.json"])
def test_rules_and_dashboard_ask_for_metrics_that_the_hub_exports(file: str) -> None:
    asked = [_SUFFIX.sub("", name) for text in expressions(file) for name in _METRIC.findall(text)]
    assert len(asked) > 10
    assert set(asked) <= exported()


def test_every_metric_that_is_to_be_watched_has_an_alert() -> None:
    watched = (ROOT / "docs/operations.md").read_text("utf-8")
    table = watched.partition("## What to watch")[2].partition("##")[0]
    rules = " ".join(expressions("prometheus/rules.yml"))
    names = set(_METRIC.findall(table))
    assert names
    assert {name for name in names if name not in rules} == set()


@pytest.mark.parametrize(
    "file",
    [
        "prometheus/rules.yml",
        "systemd/gongkai.service",
        "systemd/gongkai-backup.service",
        "systemd/gongkai-clock@.service",
        "systemd/gongkai-web@.service",
        "systemd/gongkai-worker@.service",
    ],
)
def test_commands_that_are_named_are_commands_of_the_hub(file: str) -> None:
    lines = (DEPLOY / file).read_text("utf-8").splitlines()
    told = "\n".join(one for one in lines if "action:" in one or one.startswith("Exec"))
    named = _COMMAND.findall(told)
    assert named
    nouns: Any = get_command(command_line())
    for command in named:
        noun, _, verb = command.partition(" ")
        verbs = getattr(nouns.commands[noun], "commands", {})
        assert not verb or not verbs or verb in verbs, command


def test_the_proxy_keeps_the_public_from_the_staff_s_addresses() -> None:
    text = (DEPLOY / "nginx/gongkai.conf").read_text("utf-8")
    public, internal = re.findall(r"^server \{$.*?^\}$", text, re.MULTILINE | re.DOTALL)
    [closed] = re.findall(r"location ~ (\S+) \{ return 404; \}", public)
    for path in ("/console/deliveries", "/api/staff/v1/items", "/metrics", "/healthz", "/readyz"):
        assert re.match(closed, path), path
    for path in ("/inbox/wechat/x", "/chat/stream", "/i/01.html", "/api/v1/items"):
        assert not re.match(closed, path), path
    assert "deny all;" in internal
    assert "location / { return 404; }" in internal
