"""Celery on Redis, a process of 256 threads.

`fill URL COUNT` queues the posts, `work URL NUMBER STUB STATUSES` makes them. `wait URL STORED`
queues tasks with an ETA in the year to come, `due URL COUNT FIRST AT` one for each account from
`FIRST` on, a millisecond apart from the wall-clock second `AT`; `keep URL NUMBER STUB` makes posts
whose time has come, without rows.

A task is acknowledged when it has ended (acks_late). What a dead worker had taken comes back after
five seconds, its default is an hour; with an ETA that must be longer than any task waits.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from celery import Celery

from benchmarks.queues.shared import TEXT, Statuses, Teller

_THREADS = 256
_BACK_S = 5
_YEAR_S = 400 * 86_400
_SPAN = timedelta(days=300)
_TELL_S = 0.05
_TIMEOUT_S = 20


class Posting:
    """A post over the thread's own connection, with a row before and after where rows are kept."""

    def __init__(self, base_url: str, statuses: Statuses | None) -> None:
        self._address = urlsplit(base_url).netloc
        self._statuses = statuses
        self._local = threading.local()
        self._lock = threading.Lock()
        self.teller = Teller()

    def post(self, n: int) -> None:
        self._note(n, "sending")
        body = {"account": f"account-{n}", "text": TEXT, "key": f"{n:032x}"}
        sent = json.dumps(body).encode()
        connection = self._connection()
        try:
            connection.request("POST", "/post", sent, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            connection.close()  # else this thread could not post any more
            raise
        if answer.get("ok") is not True:
            raise RuntimeError("the stub refused")
        self._note(n, "sent")
        with self._lock:
            self.teller.count()

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._local, "connection"):
            made = http.client.HTTPConnection(self._address, timeout=_TIMEOUT_S)
            self._local.connection = made
        held: http.client.HTTPConnection = self._local.connection
        return held

    def _note(self, n: int, status: str) -> None:
        if self._statuses is not None:
            written = threading.Event()
            self._statuses.put(n, status, written.set)
            written.wait()


def application(url: str, back_s: int) -> Celery:
    app = Celery("bench", broker=url, set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,  # else nothing that it tells comes out
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": back_s},
        enable_utc=True,
    )
    return app


def work(app: Celery, base_url: str, statuses: Statuses | None) -> None:
    posting = Posting(base_url, statuses)
    app.task(name="post")(posting.post)

    def tell() -> None:
        while True:
            time.sleep(_TELL_S)
            posting.teller.tell()

    worker = app.Worker(
        pool="threads",
        concurrency=_THREADS,
        loglevel="ERROR",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    posting.teller.wait()
    threading.Thread(target=tell, daemon=True).start()
    worker.start()
    sys.exit("the worker ended before it was told to")


def send(app: Celery, numbers: range, first: datetime | None, step: timedelta) -> None:
    """Queue the posts, each with an ETA if there is a first."""
    with app.producer_pool.acquire(block=True) as producer:
        for place, n in enumerate(numbers):
            eta = None if first is None else first + place * step
            app.send_task("post", (n,), eta=eta, producer=producer)


def main(verb: str, url: str, count: int, *rest: str) -> None:
    app = application(url, _BACK_S if verb in ("fill", "work") else _YEAR_S)
    if verb == "work":
        work(app, rest[0], Statuses(rest[1]))
    elif verb == "keep":
        work(app, rest[0], None)
    elif verb == "fill":
        send(app, range(count), None, timedelta())
    elif verb == "wait":
        start = datetime.now(UTC) + timedelta(days=1)
        send(app, range(10**6, 10**6 + count), start, _SPAN / max(1, count))
    else:
        first, at = int(rest[0]), datetime.fromtimestamp(float(rest[1]), UTC)
        send(app, range(first, first + count), at, timedelta(milliseconds=1))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
