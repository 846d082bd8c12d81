"""Schemathesis, made by others, reads the served description and tries what it allows and what it
does not: nothing breaks, and no answer comes that the description does not know."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.organisations.tokens.scopes import ALL_SCOPES
from tests.web.staff.conftest import Office
from web.staff.openapi import ROOT

TOOL = Path(__file__).parents[3] / ".venv-others" / "bin" / "schemathesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
_PATIENCE = 300

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(_PATIENCE + 60),
    pytest.mark.skipif(not TOOL.exists(), reason="make setup's .venv-others is not here"),
]


async def test_every_answer_is_one_that_is_described(office: Office, tmp_path: Path) -> None:
    item, _ = await office.submitted()  # so that lists have something to tell
    issued = await office.hub.tokens.issue(
        "all", "schemathesis", actor="admin", days=30, scopes=ALL_SCOPES, per_minute=6_000
    )
    server = office.client.make_url("/")
    status, told = await _tried(
        f"{server}api/staff/openapi.json",
        *("--url", f"{str(server).rstrip('/')}{ROOT}"),
        *("--header", f"Authorization: Bearer {issued.secret}"),
        *("--checks", ",".join(CHECKS), "--phases", "examples,fuzzing"),
        *("--max-examples", "2", "--seed", "7", "--no-shrink", "--warnings", "off"),
        *("--generation-database", "none", "--workers", "1", "--request-timeout", "60"),
        folder=tmp_path,
    )
    assert status == 0, told[-8_000:]
    assert (await office.ask("editor", "GET", item))["state"]


async def _tried(*arguments: str, folder: Path) -> tuple[int, str]:
    """How the tool ended, and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        *(str(TOOL), "run", *arguments),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(), _PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, told.decode(errors="replace")
