"""Hosts as network namespaces on one bridge. Needs root and iproute2's `ip`; Linux only.

A host has an address, a network card of its own, and the processes that are started on it; it
shares the disk and the processors with the others. Cut off, its card stays up and nothing that is
sent arrives, as with a broken switch: no connection is refused, all of them hang.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

from simulators.servers import Process

__all__ = ["Host", "Network", "Process", "unable"]

_RUNS_AT_ONCE = 10  # on one machine; each has a bridge and a subnet of its own
_PATIENCE_S = 30.0


def unable() -> str:
    """Why there can be no hosts on this machine; empty if there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    try:
        done = subprocess.run(["ip", "netns", "list"], capture_output=True, timeout=_PATIENCE_S)
    except FileNotFoundError:
        return "network namespaces need `ip` (Debian package iproute2)"
    return done.stderr.decode().strip()


class Host:
    """Made by `Network.host`."""

    def __init__(self, network: Network, name: str, number: int) -> None:
        self.name = name
        self.address = f"{network.subnet}.{number}"
        self.namespace = f"{network.bridge}-{name}"
        self._bridge = network.bridge
        self._card, self._port = f"{network.bridge}c{number}", f"{network.bridge}p{number}"

    @property
    def inside(self) -> Sequence[str]:
        """What comes before a command to run it on this host."""
        return ("ip", "netns", "exec", self.namespace)

    def up(self) -> None:
        _ip("netns", "add", self.namespace)
        _ip("link", "add", self._port, "type", "veth", "peer", "name", self._card)
        _ip("link", "set", self._card, "netns", self.namespace)
        _ip("link", "set", self._port, "up")
        self.mend()
        for words in (
            ("addr", "add", f"{self.address}/24", "dev", self._card),
            ("link", "set", self._card, "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", self.namespace, *words)

    def down(self) -> None:
        _ip("netns", "del", self.namespace)

    def cut(self) -> None:
        """From now on nothing reaches it and nothing leaves it."""
        _ip("link", "set", self._port, "nomaster")

    def mend(self) -> None:
        _ip("link", "set", self._port, "master", self._bridge)


class Network:
    """The bridge; a context that takes everything away at its end. This process reaches the hosts
    and is reached at `address`."""

    def __init__(self) -> None:
        number, self._lock = _free_number()
        self.bridge = f"gongkai{number}"
        self.subnet = f"10.77.{number}"
        self.address = f"{self.subnet}.1"
        self._hosts: list[Host] = []

    def __enter__(self) -> Network:
        self._sweep()
        _ip("link", "add", self.bridge, "type", "bridge")
        _ip("addr", "add", f"{self.address}/24", "dev", self.bridge)
        _ip("link", "set", self.bridge, "up")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sweep()
        self._lock.close()

    def host(self, name: str) -> Host:
        host = Host(self, name, len(self._hosts) + 2)
        host.up()
        self._hosts.append(host)
        return host

    def _sweep(self) -> None:
        """What is left of this run, or of one of its number that was killed."""
        listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
        for line in listed.splitlines():
            if line.startswith(f"{self.bridge}-"):
                name = line.split()[0]
                pids = subprocess.run(
                    ["ip", "netns", "pids", name], capture_output=True, text=True
                ).stdout
                for pid in pids.split():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGKILL)
                _ip("netns", "del", name)
        # a namespace lives on while a socket of a killed process does, and keeps its card
        ports = Path("/sys/class/net").glob(f"{self.bridge}p*")
        for link in [*(port.name for port in ports), self.bridge]:
            subprocess.run(["ip", "link", "del", link], capture_output=True)


def _free_number() -> tuple[int, TextIO]:
    """A number that no other run on this machine has, for as long as the file is open."""
    for number in range(_RUNS_AT_ONCE):
        lock = Path(tempfile.gettempdir(), f"gongkai-hosts-{number}.lock").open("w")  # noqa: SIM115 - held as long as the run
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return number, lock
    raise RuntimeError(f"{_RUNS_AT_ONCE} runs have hosts on this machine; wait for one to end")


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=_PATIENCE_S)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
