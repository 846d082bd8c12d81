"""The WeChat endpoint in secure mode, with storing and deduplication, beside servers that forget.

Each server answers the same menu question to the same sealed and signed callbacks (`callbacks/`),
a fifth of them delivered two or three times, overlapping; wrk delivers over 64 connections. In
each round the servers run one after the other, so that all see the same machine; a ratio is the
median of the rounds' ratios. The hub keeps every message durably (SQLite, synchronous=FULL) before
it answers: afterwards each message that got its answer must be there (`lost`) and must have been
answered once (`double`). `…_cpu_us` is the CPU of the server's whole process per callback, which a
busy machine disturbs less than rates.

    python -m benchmarks.bench_callback [--quick] [--rounds 3] [--seconds 8]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.callbacks.load import AES_KEY, APPID, TOKEN, Load, Run, drive, find_wrk
from benchmarks.services import free_port

_ROOT = Path(__file__).parent.parent
_OTHERS = _ROOT / ".venv-others" / "bin" / "python"
_CONNECTIONS = 64
_MOST_PER_S = 6_000  # callbacks are made ahead for the fastest server there may be
_PATIENCE_S = 30.0
_QUESTION = "菜单"


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    command: tuple[str, ...]

    @property
    def here(self) -> bool:
        return Path(self.command[0]).exists()


def servers() -> tuple[Server, ...]:
    ours = (sys.executable, "-m", "benchmarks.callbacks.ours")
    others, place = str(_OTHERS), _ROOT / "benchmarks" / "callbacks"
    return (
        Server("bare", (*ours, "bare")),
        Server("hub", (*ours, "hub")),
        Server("werobot", (others, str(place / "werobot_server.py"))),
        Server("flask_wechatpy", (others, str(place / "flask_server.py"))),
    )


@contextmanager
def running(server: Server, folder: Path) -> Iterator[tuple[str, int]]:
    """`server` on a free port, until the block ends; its address and its process."""
    port = free_port()
    own = server.name in ("bare", "hub")
    arguments = (str(folder),) if own else (TOKEN, AES_KEY, APPID)
    process = subprocess.Popen(
        [*server.command, str(port), *arguments], cwd=_ROOT, stdout=subprocess.DEVNULL
    )
    try:
        _until_it_listens(port, process)
        account = folder / "account"
        path = f"inbox/wechat/{account.read_text('ascii')}" if account.exists() else ""
        yield f"http://127.0.0.1:{port}/{path}", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    sys.exit(f"a server did not start: {process.args!r}")


def cpu_s(pid: int) -> float:
    """Seconds of CPU that all threads of a process have used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(server: Server, seconds: int, folder: Path) -> tuple[Run, dict[str, int]]:
    """One run after a short one that warms the server up; for the hub also what was lost."""
    folder.mkdir()
    warm = Load.make(folder, "warm", _MOST_PER_S // 2, _QUESTION)
    load = Load.make(folder, "load", _MOST_PER_S * seconds * 4 // 5, _QUESTION)
    with running(server, folder) as (url, pid):
        drive(url, warm, 1, _CONNECTIONS)
        before = cpu_s(pid)
        run = drive(url, load, seconds, _CONNECTIONS)
        run = replace(run, cpu_us=(cpu_s(pid) - before) * 1e6 / max(1, run.per_s * seconds))
    if server.name != "hub":
        return run, {}
    told = json.loads((folder / "told.json").read_text("ascii"))
    kept = {key.removeprefix("m:") for key in told["kept"]}
    return run, {"lost": len(run.keys - kept), "double": told["double"], "kept": len(kept)}


def rounds(count: int, seconds: int, chosen: Sequence[Server]) -> dict[str, float]:
    runs: dict[str, list[Run]] = {server.name: [] for server in chosen}
    result: dict[str, float] = {"lost": 0, "double": 0, "kept": 0}
    for number in range(count):
        for server in chosen:
            with tempfile.TemporaryDirectory(prefix="gongkai-callback-") as home:
                run, found = measure(server, seconds, Path(home) / "run")
            if run.bad:
                sys.exit(f"{server.name}: {run.bad} callbacks were not answered")
            runs[server.name].append(run)
            for name, value in found.items():
                result[name] += value
            print(f"round {number + 1} {server.name}: {run.per_s:.0f}/s", flush=True)
    for name, every in runs.items():
        result[f"{name}_per_s"] = round(median(run.per_s for run in every))
        result[f"{name}_cpu_us"] = round(median(run.cpu_us for run in every))
        result[f"{name}_p99_ms"] = round(median(run.p99_ms for run in every), 1)
    for name in runs:
        if name != "hub":
            pairs = zip(runs["hub"], runs[name], strict=True)
            key = "ratio_to_bare" if name == "bare" else f"ratio_{name}"
            result[key] = round(median(own.per_s / other.per_s for own, other in pairs), 2)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args()
    find_wrk()
    count, seconds = (2, 2) if options.quick else (options.rounds, options.seconds)
    chosen = [server for server in servers() if server.here]
    for server in servers():
        if not server.here:
            print(f"{server.name}: left out, .venv-others is missing", flush=True)
    result = rounds(count, seconds, chosen)
    print(json.dumps({"rounds": count, "seconds": seconds, **result}))


if __name__ == "__main__":
    main()
