"""Roles are tables: every job belongs to one, and together they are what `gongkai run` runs."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import aiohttp
import pytest

from app.nodes.jobs import ALL, JOBS, Role, Where
from app.nodes.node import LEAD
from app.roles import PARTS, parts_of
from app.serve import serving
from app.settings import Settings
from hub.kernel.errors import Misconfigured
from hub.kernel.nodes.service import Nodes

ALONE = {"node", "lead", "frozen"}  # what only a process of several does


def test_a_job_belongs_to_one_role_but_for_what_every_process_needs() -> None:
    assert {name for name, job in JOBS.items() if len(job.roles) > 1} == {
        "node",
        "frozen",
        "search",
    }
    assert all(job.why for job in JOBS.values())
    led = {name for name, job in JOBS.items() if job.where is Where.ONCE}
    assert {role for name in led for role in JOBS[name].roles} == {Role.CLOCK}


def test_a_process_of_all_roles_opens_every_part_once() -> None:
    parts = parts_of(ALL)
    assert len(parts) == len(set(parts))
    assert set(parts) == {part for found in PARTS.values() for part in found}


@pytest.mark.parametrize("role", Role)
async def test_an_embedded_installation_refuses_single_roles(role: Role, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="PostgreSQL") as refused:
        async with serving(Settings(home=tmp_path, http_port=0), frozenset({role})):
            pytest.fail("an embedded installation is one process")
    assert refused.value.field == "database_url"


async def test_an_embedded_hub_runs_every_job_in_one_process(tmp_path: Path) -> None:
    async with serving(Settings(home=tmp_path, http_port=0)) as running:
        assert set(running.node.jobs.names) == set(JOBS) - ALONE
        assert running.node.led is running.node.hub


async def until_ready(client: aiohttp.ClientSession, address: str) -> None:
    async with asyncio.timeout(60):
        while True:
            async with client.get(f"{address}/readyz") as response:
                if response.status == 200:
                    return
            await asyncio.sleep(0.1)


@pytest.mark.postgres
@pytest.mark.parametrize("empty_database_url", ["postgres"], indirect=True)
async def test_the_roles_share_the_jobs_and_each_tells_whether_it_is_ready(
    empty_database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    key = base64.b64encode(bytes(32)).decode()
    settings = Settings(
        home=tmp_path, database_url=empty_database_url, secret_keys=(f"k1:{key}",), http_port=0
    )
    names: dict[Role, set[str]] = {}
    async with aiohttp.ClientSession() as client:
        for role in Role:
            async with serving(settings, frozenset({role})) as running:
                names[role] = set(running.node.jobs.names)
                nodes = Nodes(running.hub.database, running.hub.clock)
                [(node, alive)] = await nodes.all()
                assert (node.roles, node.address, alive) == ({role}, running.address, True)
                lease = await nodes.lease(LEAD)
                assert (lease is not None and lease.owner == node.id) is (role is Role.CLOCK)
                await until_ready(client, running.address)
    assert names == {
        role: {name for name, job in JOBS.items() if role in job.roles} for role in Role
    }
