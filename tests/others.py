"""Software made by others, run as processes of its own from its own environment (.venv-others).

Ours is tested against it over the network or through pipes; nothing of it is imported here, so
its versions decide nothing about ours. `make test` sets that environment up. Where it is missing,
a test that needs it is skipped on a desk and fails where everything must run (CI=true).
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

__all__ = ["interpreter", "run", "serving"]

_PYTHON = Path(__file__).parent.parent / ".venv-others" / "bin" / "python"
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")
_LOOK_S = 0.05
_ANSWER_S = 5.0


def interpreter() -> str:
    """The Python that has the others' software; skips the test where there is none."""
    if not _PYTHON.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(".venv-others is not set up, and CI skips nothing", pytrace=False)
        pytest.skip(".venv-others is not set up: `make test` does it")
    return str(_PYTHON)


def run(*words: str, cwd: Path, given: str = "", patience_s: float = 60.0, **more: str) -> str:
    """What `python *words` of that environment prints, given `given` on its standard input.

    `more` are variables of its environment. A failure shows what it said on standard error.
    """
    ended = subprocess.run(
        [interpreter(), *words],
        cwd=cwd,
        env=_environment(more),
        input=given,
        capture_output=True,
        text=True,
        timeout=patience_s,
    )
    if ended.returncode != 0:
        pytest.fail(f"{words[:3]} ended with {ended.returncode}:\n{ended.stderr[-4000:]}")
    return ended.stdout


@contextmanager
def serving(
    *words: str, url: str, cwd: Path, patience_s: float = 60.0, **more: str
) -> Iterator[None]:
    """`python *words` of that environment, from when `url` answers (with any status) on.

    The program and all that it started are killed at the end. A program that ends or does not
    answer within `patience_s` fails the test with the end of what it said.
    """
    command = [interpreter(), *words]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=_environment(more),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(url, process, said, patience_s)
            yield
        finally:
            _kill(process)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Little of this process's own: neither its packages nor its settings reach the program."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONUTF8": "1", **more}


def _wait_for(
    url: str, process: subprocess.Popen[bytes], said: IO[bytes], patience_s: float
) -> None:
    deadline = time.monotonic() + patience_s
    while not _answers(url):
        if process.poll() is not None:
            pytest.fail(f"it ended with {process.returncode} before it answered:\n{_end_of(said)}")
        if time.monotonic() > deadline:
            pytest.fail(f"{url} does not answer within {patience_s} s:\n{_end_of(said)}")
        time.sleep(_LOOK_S)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_S):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the session that was started for it, and nothing else."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_of(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode("utf-8", "replace")[-4000:]
