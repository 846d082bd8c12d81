"""Where a place is, how far, and whether it is open."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue.keyareas.hours import BadHours, Opening, hours_text, open_at, read_hours
from hub.catalogue.keyareas.models import Position
from hub.catalogue.keyareas.places import around, metres_between, to_gcj, to_wgs
from hub.kernel.calendar import DayKind, day_kind

positions = st.builds(Position, latitude=st.floats(18, 53), longitude=st.floats(74, 134))
CENTRE = "周一至周五 9:00-12:00,13:30-17:00；法定节假日休息"
LIBRARY = "每天 9:00-21:00；周一闭馆；节假日照常"


def test_the_shift_of_maps_is_the_known_one() -> None:
    """The example that public converters print for 116.404, 39.915."""
    shifted = to_gcj(Position(latitude=39.915, longitude=116.404))
    assert shifted.longitude == pytest.approx(116.41024449916938, abs=1e-9)
    assert shifted.latitude == pytest.approx(39.91640428150164, abs=1e-9)


@given(positions)
def test_the_shift_can_be_undone(at: Position) -> None:
    assert metres_between(to_wgs(to_gcj(at)), at) < 0.01
    assert metres_between(to_gcj(at), at) < 2_000


def test_a_distance_is_that_of_the_great_circle() -> None:
    chengdu = Position(latitude=30.6586, longitude=104.0647)
    beijing = Position(latitude=39.9042, longitude=116.4074)
    assert metres_between(chengdu, beijing) == pytest.approx(1_516_000, rel=0.005)
    assert metres_between(chengdu, chengdu) == 0


@given(positions, positions, st.floats(1, 2_000_000))
def test_a_box_holds_everything_within_the_distance(
    centre: Position, other: Position, metres: float
) -> None:
    box = around(centre, metres)
    inside = box.south <= other.latitude <= box.north and box.west <= other.longitude <= box.east
    assert inside or metres_between(centre, other) > metres * 0.999


@pytest.mark.parametrize(
    ("text", "when", "opening"),
    [
        (CENTRE, "2026-03-02 09:00", Opening.OPEN),
        (CENTRE, "2026-03-02 12:00", Opening.SHUT),  # noon
        (CENTRE, "2026-03-07 10:00", Opening.SHUT),  # Saturday
        (CENTRE, "2026-10-01 10:00", Opening.SHUT),  # National Day
        (CENTRE, "2026-10-10 10:00", Opening.UNKNOWN),  # a make-up Saturday
        (CENTRE, "2026-10-10 12:30", Opening.SHUT),
        (CENTRE, "2027-03-01 10:00", Opening.UNKNOWN),  # nobody has announced 2027
        (CENTRE, "2027-03-06 10:00", Opening.SHUT),
        (LIBRARY, "2026-03-02 10:00", Opening.SHUT),  # Monday
        (LIBRARY, "2026-10-01 20:59", Opening.OPEN),
        ("工作日 9:00-17:00", "2026-10-10 10:00", Opening.OPEN),
        ("工作日 9:00-17:00", "2026-10-01 10:00", Opening.SHUT),
        ("周二至周日 9:00-18:00", "2026-10-01 10:00", Opening.UNKNOWN),
        ("每天 24小时；节假日照常", "2027-01-01 03:00", Opening.OPEN),
        ("周一、三、五 下午2:00-5:00；节假日休息", "2026-03-04 16:59", Opening.OPEN),
    ],
)
def test_whether_a_place_is_open(text: str, when: str, opening: Opening) -> None:
    local = datetime.fromisoformat(when)
    assert open_at(read_hours(text), local, day_kind(local.date())) is opening


@pytest.mark.parametrize(
    "text", ["上班时间", "周一至周五", "9:00-17:00", "周五至周一 9:00-17:00", "周一 17:00-9:00",
             "周一 9:00-25:00", "周一 9:00-17:00 另行通知", "周一闭馆"]
)  # fmt: skip
def test_hours_that_can_be_read_two_ways_are_refused(text: str) -> None:
    with pytest.raises(BadHours):
        read_hours(text)


weeks = st.lists(
    st.tuples(
        st.sampled_from(["每天", "工作日", "周末", "周一至周三", "周二、周四", "周六"]),
        st.integers(0, 11),
        st.integers(12, 24),
    ),
    min_size=1,
    max_size=3,
)


@given(weeks, st.sampled_from(["", "；节假日休息", "；法定节假日照常开放"]))
def test_hours_are_written_in_one_way_that_reads_the_same(
    week: list[tuple[str, int, int]], holidays: str
) -> None:
    text = "；".join(f"{days} {start}:00-{end}:00" for days, start, end in week) + holidays
    hours = read_hours(text)
    assert read_hours(hours_text(hours)) == hours
    for kind in DayKind:
        assert open_at(hours, datetime(2026, 3, 4, 11, 59), kind) in Opening
