"""Switches tracing on for a process, where its settings name a collector."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import AsyncExitStack

from aiohttp import web

from app.settings import Settings
from app.tracing.requests import traced
from hub.kernel.errors import Misconfigured, Words
from hub.kernel.tracing import put_tracer

__all__ = ["open_tracing"]

_ADAPTER = "app.tracing.otel"


async def open_tracing(
    stack: AsyncExitStack, settings: Settings, application: web.Application
) -> None:
    """Trace this process until `stack` closes, with every request to `application`.

    Raises Misconfigured where a collector is named and OpenTelemetry is not installed.
    """
    if not settings.tracing_endpoint:
        return
    try:
        adapter = importlib.import_module(_ADAPTER)
    except ModuleNotFoundError as error:
        raise Misconfigured(
            Words("未安装 OpenTelemetry", "OpenTelemetry is not installed"),
            field="tracing_endpoint",
            remedy=Words(
                "安装：pip install 'gongkai[tracing]'，或不设置 tracing_endpoint",
                "pip install 'gongkai[tracing]', or leave tracing_endpoint unset",
            ),
        ) from error
    tracer = adapter.to_collector(settings)
    stack.callback(put_tracer, put_tracer(tracer))
    # what is told last is sent before the process ends, in a thread: a collector may be slow
    stack.push_async_callback(asyncio.to_thread, tracer.close)
    application.middlewares.append(traced)
