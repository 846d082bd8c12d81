"""How the process is set up before anything runs in it."""

from __future__ import annotations

import subprocess
import sys

_THREADS = """
import threading
from app.tuning import settle_memory

if not settle_memory():
    raise SystemExit(3)
blocks = [None] * 12
ready = threading.Barrier(13)

def fill(number):
    blocks[number] = [bytes(2_000) for _ in range(200)]
    ready.wait()

for number in range(12):
    threading.Thread(target=fill, args=(number,), daemon=True).start()
ready.wait()
import ctypes, tempfile
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = (ctypes.c_int, ctypes.c_void_p)
libc.fclose.argtypes = (ctypes.c_void_p,)
with tempfile.NamedTemporaryFile() as file:
    stream = libc.fopen(file.name.encode(), b"w")
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(file.read().decode().count("<heap nr="))
"""


def test_many_threads_share_two_heaps() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _THREADS], capture_output=True, text=True, timeout=120
    )
    if done.returncode == 3:  # a C library without arenas
        return
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= 2
