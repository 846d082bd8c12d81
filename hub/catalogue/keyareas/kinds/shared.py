"""What several forms have in common: a place on the map, a telephone, years in order."""

from __future__ import annotations

from collections.abc import Iterator

from hub.catalogue.keyareas.errors import BadEntry
from hub.catalogue.keyareas.models import Position, Values
from hub.catalogue.keyareas.places import in_china, to_gcj
from hub.catalogue.keyareas.schema import Choice, Field, FieldType, bad
from hub.kernel.errors import Words

__all__ = ["GCJ_02", "PLACE_FIELDS", "WGS_84", "check_place", "position_of"]

GCJ_02, WGS_84 = "gcj-02", "wgs-84"

PLACE_FIELDS = (
    Field(
        name="latitude",
        words=Words("纬度", "latitude"),
        type=FieldType.DEGREES,
        unit="°",
        help=Words("北纬，十进制度", "degrees north, decimal"),
    ),
    Field(
        name="longitude",
        words=Words("经度", "longitude"),
        type=FieldType.DEGREES,
        unit="°",
        help=Words("东经，十进制度", "degrees east, decimal"),
    ),
    Field(
        name="datum",
        words=Words("坐标系", "datum"),
        type=FieldType.CHOICE,
        choices=(
            Choice(value=GCJ_02, words=Words("GCJ-02", "GCJ-02")),
            Choice(value=WGS_84, words=Words("WGS-84", "WGS-84")),
        ),
        help=Words(
            "国内地图取点为 GCJ-02，卫星定位仪为 WGS-84，相差可达数百米",
            "maps in China give GCJ-02, receivers WGS-84; they differ by hundreds of metres",
        ),
    ),
)


def check_place(values: Values) -> Iterator[BadEntry]:
    """Latitude, longitude and datum come together and lie in China."""
    given = [name for name in ("latitude", "longitude", "datum") if name in values]
    if given and len(given) < 3:
        missing = next(n for n in ("latitude", "longitude", "datum") if n not in values)
        yield bad(
            missing, "纬度、经度、坐标系须同时填写", "latitude, longitude, datum: all or none",
            "补齐或都不填", "give all three or none",
        )  # fmt: skip
    position = position_of(values)
    if position is not None and not in_china(position):
        yield bad(
            "latitude", "位置不在中国境内", "the position is not in China",
            "核对经纬度是否填反", "check whether latitude and longitude are swapped",
        )  # fmt: skip


def position_of(values: Values) -> Position | None:
    """Where an entry is, in GCJ-02; None when it does not say."""
    if not {"latitude", "longitude", "datum"} <= values.keys():
        return None
    position = Position(
        latitude=float(str(values["latitude"])), longitude=float(str(values["longitude"]))
    )
    return to_gcj(position) if values["datum"] == WGS_84 else position
