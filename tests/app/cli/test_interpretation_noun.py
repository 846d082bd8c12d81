"""Interpreting a policy, as a drafter types it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.cli.terminal import Cli, data

POLICY = (
    *("--reason", "涉及群众利益", "--unit", "法规处", "--matter", "other", "--limit"),
    *("statutory", "--interpret", "--formed-on", "2026-03-02", "--as", "editor", "--json"),
)
PLAN = (
    *("--outline", "背景、内容、怎么办", "--form", "infographic", "--channel", "website"),
    *("--due", "2026-03-05", "--interpreter", "王处长", "--unit", "法规处", "--as", "editor"),
)


def test_a_policy_goes_back_until_plan_and_material_are_there(cli: Cli, tmp_path: Path) -> None:
    rows = [
        {"key": "p", "title": "停车办法", "body": "第一条 停车按规定。", "attribute": "proactive"},
        {"key": "m", "title": "一图读懂", "body": "出台背景……", "attribute": "proactive"},
    ]
    (tmp_path / "rows").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    cli("item", "import", tmp_path / "rows", "--body", "sc")
    policy, material = (
        data(cli("item", "show", key, "--body", "sc", "--json"))["item"]["id"] for key in "pm"
    )
    data(cli("item", "determine", policy, *POLICY))
    refused = cli("review", "submit", policy, "--as", "editor", "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["code"]) == (4, "not-interpreted")
    assert "解读方案" in cli("interpretation", "show", policy).stdout
    bad = cli("interpretation", "plan", policy, *PLAN[2:], "--json")
    assert (bad.exit_code, json.loads(bad.stderr)["field"]) == (2, "outline")
    data(cli("interpretation", "plan", policy, *PLAN, "--json"))
    linked = data(
        cli("interpretation", "link", material, policy, "--form", "infographic", "--json")
    )
    assert linked["missing"] == []
    data(cli("review", "submit", policy, "--as", "editor", "--json"))
    told = data(
        cli(
            "interpretation", "appraise", "--since", "2026-01-01", "--until", "2026-12-31", "--json"
        )
    )
    assert told["appraisals"][0]["appraisal"]["score"] is None
    assert "考评" in cli("interpretation", "--help").stdout
