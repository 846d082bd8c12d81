"""Random bytes drawn ahead: as many as asked for, and none of them to two."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.chance import random_bytes


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=20))
def test_as_many_bytes_come_as_are_asked_for(counts: list[int]) -> None:
    assert [len(random_bytes(count)) for count in counts] == counts


def test_threads_never_get_the_same_bytes() -> None:
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda _: random_bytes(16), range(20_000)))
    assert len(set(drawn)) == len(drawn)


def test_a_forked_child_does_not_draw_what_its_parent_draws() -> None:
    random_bytes(1)  # something is left over, which both would have
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, random_bytes(32))
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    assert len(told) == 32
    assert told != random_bytes(32)
