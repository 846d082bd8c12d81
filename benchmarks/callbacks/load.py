"""The load: sealed and signed WeChat callbacks made ahead, and wrk, which delivers them.

Every fifth message is delivered two or three times, one right after the other: wrk hands
neighbours to different connections, so the repeats overlap. No message is ever used for two
measurements of the same server.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from publishers.callbacks import encrypt, sign

__all__ = ["AES_KEY", "APPID", "TOKEN", "Load", "Run", "drive", "find_wrk"]

APPID, TOKEN = "wx1234567890abcdef", "tokenTOKEN"
AES_KEY = base64.b64encode(hashlib.sha256(b"bench").digest()).decode()[:43]
_THREADS = 2
_SENDERS = 5_000
_LUA = """
local lines, mine, at, serial = {}, {}, 0, 0
function setup(thread)
  thread:set("id", serial)
  serial = serial + 1
  threads = threads or {}
  table.insert(threads, thread)
end
function init(args)
  local n = 0
  for line in io.lines(args[1]) do
    if n % tonumber(args[2]) == id then
      local target, body = line:match("^(%S+) (.*)$")
      mine[#mine + 1] = wrk.format("POST", args[3] .. target, {["Content-Type"]="text/xml"}, body)
    end
    n = n + 1
  end
  sent = 0
end
function request()
  sent = sent + 1
  if sent > #mine then wrk.thread:stop() end
  if sent > #mine then return mine[#mine] end
  return mine[sent]
end
function done(summary, latency, requests)
  local counts = {}
  for _, thread in ipairs(threads) do counts[#counts + 1] = tostring(thread:get("sent")) end
  print(string.format('RESULT {"requests": %d, "us": %d, "bad": %d, "timeouts": %d, "p50_ms": %.3f,'
    .. ' "p99_ms": %.3f, "sent": [%s]}', summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write,
    summary.errors.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    table.concat(counts, ",")))
end
"""


def find_wrk() -> str:
    """The path of wrk; ends the process with a word where it is missing."""
    found = shutil.which("wrk")
    if found is None:
        sys.exit("bench_callback needs wrk: apt-get install wrk")
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """One run of wrk: requests a second, latencies, and which keys were certainly answered."""

    per_s: float
    p50_ms: float
    p99_ms: float
    bad: int
    keys: frozenset[str]
    cpu_us: float = 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """A file of callbacks, one `query body` a line; `keys` has each line's message."""

    file: Path
    keys: tuple[str, ...]

    @classmethod
    def make(cls, folder: Path, name: str, messages: int, texts: str | Sequence[str]) -> Load:
        """`messages` messages that say `texts`, one after the other and from the beginning."""
        said = [texts] if isinstance(texts, str) else texts
        stamp = str(int(time.time()))
        keys: list[str] = []
        lines: list[str] = []
        for number in range(messages):
            key = f"{secrets.randbits(40)}{number}"
            line = _callback(
                f"oBench{number % _SENDERS:022d}", key, said[number % len(said)], stamp
            )
            times = 1 if number % 5 else 2 + number % 2
            lines += [line] * times
            keys += [key] * times
        file = folder / f"{name}.txt"
        file.write_text("\n".join(lines) + "\n", "ascii")
        return cls(file, tuple(keys))


def _callback(sender: str, key: str, text: str, stamp: str) -> str:
    """The callback as the platform sends it in secure mode, on one line."""
    plain = (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName>"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName><CreateTime>{stamp}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{key}</MsgId></xml>"
    )
    sealed = encrypt(plain.encode(), AES_KEY, APPID)
    nonce = secrets.token_hex(5)
    query = {
        "signature": sign(TOKEN, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": sender,
        "encrypt_type": "aes",
        "msg_signature": sign(TOKEN, stamp, nonce, sealed),
    }
    body = (
        "<xml><ToUserName><![CDATA[gh_bench]]></ToUserName>"
        f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    )
    return f"?{urlencode(query)} {body}"


def drive(url: str, load: Load, seconds: int, connections: int) -> Run:
    """Deliver `load` to `url` for `seconds`."""
    script = load.file.with_suffix(".lua")
    script.write_text(_LUA, "ascii")
    base, _, path = url.removeprefix("http://").partition("/")
    command = [find_wrk(), f"-t{_THREADS}", f"-c{connections}", f"-d{seconds}s", "--timeout=10s"]
    command += ["--latency", "-s", str(script), f"http://{base}/", "--"]
    command += [str(load.file), str(_THREADS), f"/{path}"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    found = re.search(r"RESULT (\{.*\})", told.stdout)
    if found is None:
        sys.exit(f"wrk failed: {told.stdout}{told.stderr}")
    figures = json.loads(found[1])
    return Run(
        per_s=figures["requests"] / (figures["us"] / 1e6),
        p50_ms=figures["p50_ms"],
        p99_ms=figures["p99_ms"],
        bad=figures["bad"] + figures["timeouts"],
        keys=frozenset(_answered(load.keys, figures["sent"], connections)),
    )


def _answered(keys: Sequence[str], sent: Sequence[int], connections: int) -> list[str]:
    """The messages that were answered for sure: handed out, and not among a thread's last ones,
    which may have been under way when wrk stopped."""
    found: list[str] = []
    for thread, count in enumerate(sent):
        found += keys[thread::_THREADS][: max(0, count - connections)]
    return found
