"""Requests that come in, calls that leave, jobs, and the switch: off, on, and not installed."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.settings import Settings
from app.tracing.opening import open_tracing
from app.tracing.requests import traced
from hub.kernel.clock import SystemClock
from hub.kernel.errors import Misconfigured
from hub.kernel.tracing import ATTRIBUTES, NoTracer, put_tracer, span, tell
from publishers.wire import Wire, open_session
from scheduler.clock import Jobs
from tests.traced import collected

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED = {"traceparent": f"00-{TRACE}-{CALLER}-01"}


async def answer(request: web.Request) -> web.Response:
    match request.match_info.get("account"):
        case "missing":
            raise web.HTTPNotFound
        case "broken":
            raise ValueError("a secret in an error's words")
    return web.Response(text=",".join(request.headers))


@pytest.fixture
async def door() -> AsyncIterator[TestServer]:
    application = web.Application(middlewares=[traced])
    application.router.add_route("*", "/inbox/{channel}/{account}", answer)
    async with TestServer(application) as server:
        yield server


async def ask(door: TestServer, path: str, **headers: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(door.make_url(path), headers=headers) as response,
    ):
        return response.status


async def test_a_request_tells_its_pattern_and_joins_its_caller_s_trace(door: TestServer) -> None:
    with collected() as spans:
        assert await ask(door, "/inbox/wechat/01ABC?signature=hidden", **SAMPLED) == 200
    found = spans.one("GET /inbox/{channel}/{account}")
    assert dict(found.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "/inbox/{channel}/{account}",
        "http.response.status_code": 200,
    }
    assert found.parent is not None
    assert f"{found.context.trace_id:032x}" == TRACE
    assert f"{found.parent.span_id:016x}" == CALLER
    assert "hidden" not in spans.text()


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        ("/inbox/wechat/missing", 404, "GET /inbox/{channel}/{account}"),
        ("/../etc/passwd", 404, "GET unknown"),
        ("/inbox/wechat/broken", 500, "GET /inbox/{channel}/{account}"),
    ],
)
async def test_what_is_refused_or_fails_is_told_without_words(
    door: TestServer, path: str, status: int, name: str
) -> None:
    with collected() as spans:
        assert await ask(door, path) == status
    found = spans.one(name)
    assert found.status.is_ok is (status != 500)
    assert "secret" not in spans.text()
    assert "passwd" not in spans.text()


async def test_a_stranger_s_header_does_not_decide_how_much_is_kept(door: TestServer) -> None:
    with collected(share=0.0) as spans:
        assert await ask(door, "/inbox/wechat/a", **SAMPLED) == 200
    assert spans.all() == []


async def test_a_platform_is_called_without_our_trace(door: TestServer) -> None:
    with collected() as spans:
        async with open_session(2) as session:
            with span("delivery"):
                got = await Wire(session).call(
                    "GET",
                    str(door.make_url("/inbox/x/y")),
                    what="toy post",
                    effect=True,
                    params={"access_token": "hidden"},
                )
    assert b"traceparent" not in got.body.lower()
    assert spans.told("platform.call") == {
        "gongkai.what": "toy post",
        "http.request.method": "GET",
        "gongkai.effect": True,
        "http.response.status_code": 200,
    }
    assert spans.below(spans.one("delivery")) == {"platform.call"}
    assert "hidden" not in spans.text()


async def test_a_job_s_run_belongs_to_nobody_who_was_at_work_when_it_was_set() -> None:
    ran = asyncio.Event()

    async def job() -> None:
        ran.set()

    with collected() as spans:
        jobs = Jobs(SystemClock())
        with span("a request"):
            jobs.every("sweep", timedelta(milliseconds=10), job)
            jobs.start()
        async with asyncio.timeout(60):
            await ran.wait()
        await jobs.stop()
    first = spans.all("job sweep")[0]
    assert first.parent is None
    assert dict(first.attributes or {}) == {"gongkai.job": "sweep"}


def test_only_what_is_in_the_list_is_told() -> None:
    with collected() as spans, span("delivery", delivery="01ABC", openid="o1"):
        tell(text="正文", code="x" * 1_000)
    assert spans.told("delivery") == {"gongkai.delivery": "01ABC", "error.type": "x" * 128}
    assert not {"text", "openid", "token"} & set(ATTRIBUTES)


async def test_without_its_setting_nothing_is_traced_or_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib, "import_module", None)
    application = web.Application()
    async with AsyncExitStack() as stack:
        await open_tracing(stack, Settings(home=tmp_path), application)
        former = put_tracer(NoTracer())
        put_tracer(former)
        assert isinstance(former, NoTracer)
        assert not application.middlewares
        with span("one") as one, span("other") as other:
            assert one is other, "nobody's span is made once"


async def test_a_collector_without_the_package_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    settings = Settings(home=tmp_path, tracing_endpoint="http://127.0.0.1:1/v1/traces")
    async with AsyncExitStack() as stack:
        with pytest.raises(Misconfigured, match="OpenTelemetry") as refused:
            await open_tracing(stack, settings, web.Application())
    assert refused.value.field == "tracing_endpoint"
    assert "gongkai[tracing]" in refused.value.remedy.en


async def test_a_collector_gets_the_spans_of_a_process_before_it_ends(tmp_path: Path) -> None:
    batches: list[ExportTraceServiceRequest] = []

    async def take(request: web.Request) -> web.Response:
        batch = ExportTraceServiceRequest()
        batch.ParseFromString(await request.read())
        batches.append(batch)
        return web.Response(content_type="application/x-protobuf")

    collector = web.Application()
    collector.router.add_post("/v1/traces", take)
    async with TestServer(collector) as server, AsyncExitStack() as stack:
        endpoint = str(server.make_url("/v1/traces"))
        settings = Settings(home=tmp_path, tracing_endpoint=endpoint, tracing_service="省公开平台")
        application = web.Application()
        await open_tracing(stack, settings, application)
        assert application.middlewares == [traced]
        with span("delivery", delivery="01ABC"):
            pass
        await stack.aclose()
    (resource,) = batches[0].resource_spans
    service = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert service["service.name"] == "省公开平台"
    assert [one.name for one in resource.scope_spans[0].spans] == ["delivery"]
