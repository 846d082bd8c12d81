"""What this process tells of itself as spans, kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.tracing.otel import OpenTelemetry
from hub.kernel.tracing import put_tracer

__all__ = ["Spans", "collected"]


@dataclass(frozen=True, slots=True)
class Spans:
    exporter: InMemorySpanExporter

    def all(self, name: str = "") -> list[ReadableSpan]:
        """Those that have ended, in that order; of that name, where one is given."""
        return [one for one in self.exporter.get_finished_spans() if name in ("", one.name)]

    def one(self, name: str) -> ReadableSpan:
        (found,) = self.all(name)
        return found

    def told(self, name: str) -> dict[str, Any]:
        """What the only span of that name says."""
        return dict(self.one(name).attributes or {})

    def below(self, parent: ReadableSpan) -> set[str]:
        """The names of the spans right below one."""
        return {
            one.name
            for one in self.all()
            if one.parent is not None and one.parent.span_id == parent.context.span_id
        }

    def text(self) -> str:
        """Everything that would leave, as text."""
        return "\n".join(one.to_json() for one in self.all())


@contextmanager
def collected(share: float = 1.0) -> Iterator[Spans]:
    exporter = InMemorySpanExporter()
    tracer = OpenTelemetry(SimpleSpanProcessor(exporter), service="test", share=share)
    former = put_tracer(tracer)
    try:
        yield Spans(exporter)
    finally:
        put_tracer(former)
        tracer.close()
