"""`Tracer` (hub.kernel.tracing) on OpenTelemetry, which is an extra: only `opening` loads this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app import __version__
from app.pacing import name_of_process
from app.settings import Settings
from hub.kernel.errors import GongkaiError
from hub.kernel.tracing import ATTRIBUTES, Beginning, Side, Value

__all__ = ["OpenTelemetry", "to_collector"]

_KINDS = {
    Side.INTERNAL: SpanKind.INTERNAL,
    Side.SERVER: SpanKind.SERVER,
    Side.CLIENT: SpanKind.CLIENT,
}
# what OpenTelemetry has a name of its own for; the others are under `gongkai.`
_NAMES = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "code": "error.type",
}
_LONGEST = 128  # characters of a value; ids and names are shorter
_W3C = TraceContextTextMapPropagator()


def to_collector(settings: Settings) -> OpenTelemetry:
    """Spans go in batches, from a thread, to the collector of the settings."""
    exporter = OTLPSpanExporter(endpoint=settings.tracing_endpoint)
    return OpenTelemetry(
        BatchSpanProcessor(exporter), service=settings.tracing_service, share=settings.tracing_share
    )


class OpenTelemetry:
    """`processor` gets what has ended, `share` of all traces. Nothing of OpenTelemetry's own
    globals is touched: two in one process do not meet."""

    def __init__(self, processor: SpanProcessor, *, service: str, share: float = 1.0) -> None:
        kept = TraceIdRatioBased(share)
        # a stranger's header says what belongs together, not how much is kept of it
        sampler = ParentBased(
            root=kept, remote_parent_sampled=kept, remote_parent_not_sampled=ALWAYS_OFF
        )
        resource = Resource(
            {
                "service.name": service,
                "service.version": __version__,
                "service.instance.id": name_of_process(),
            }
        )
        self._provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("gongkai", __version__)

    @contextmanager
    def span(
        self, name: str, beginning: Beginning, attributes: dict[str, Value]
    ) -> Iterator[_Told]:
        context = None
        if beginning.apart:
            context = _W3C.extract({"traceparent": beginning.parent}, Context())
        opened = self._tracer.start_span(
            name,
            context=context,
            kind=_KINDS[beginning.side],
            attributes=_named(attributes),
            start_time=_nanoseconds(beginning),
        )
        with trace.use_span(opened, record_exception=False, set_status_on_exception=False):
            try:
                yield _Told(opened)
            except BaseException as error:
                told = error.code if isinstance(error, GongkaiError) else type(error).__name__
                opened.set_attribute(_NAMES["code"], told)
                opened.set_status(Status(StatusCode.ERROR))
                raise
            finally:
                opened.end()

    def tell(self, attributes: dict[str, Value]) -> None:
        _Told(trace.get_current_span()).tell(**attributes)

    def close(self) -> None:
        """Send what has ended, and end."""
        self._provider.shutdown()


class _Told:
    """`Span` over one of OpenTelemetry's."""

    def __init__(self, opened: trace.Span) -> None:
        self._opened = opened

    def tell(self, **attributes: Value) -> None:
        if self._opened.is_recording():
            self._opened.set_attributes(_named(attributes))
            if attributes.get("status", 0) in range(500, 600):
                self._opened.set_status(Status(StatusCode.ERROR))


def _named(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """By OpenTelemetry's names; what is not in the list is not told."""
    return {
        _NAMES.get(name, f"gongkai.{name}"): value[:_LONGEST] if isinstance(value, str) else value
        for name, value in attributes.items()
        if name in ATTRIBUTES
    }


def _nanoseconds(beginning: Beginning) -> int | None:
    since = beginning.since
    return None if since is None else int(since.timestamp() * 1_000_000) * 1_000
