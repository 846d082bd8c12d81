"""A province's catalogue for the search benchmarks: as many items as wanted, the same every time.

What they say comes from 1,191 real regulations: topics from their titles, paragraphs from their
articles, with places, departments, years, numbers and names put in, so that vocabularies differ as
those of real documents do.
"""

from __future__ import annotations

import gzip
import json
import lzma
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from hub.organisations.models import BodyKind, NewBody

T = TypeVar("T")

__all__ = ["DEPARTMENTS", "Province", "Regulation", "Text", "bodies_of", "regulations"]

ROOT = Path(__file__).parent.parent
_DATA = Path(__file__).parent / "data"
_PACKAGED = _DATA / "regulations.jsonl.xz"
_WHOLE = ROOT.parent / "shared" / "data" / "regulations.jsonl.gz"  # where the full texts may be
_FIRST_YEAR, _LAST_YEAR = 2008, 2026

_SAID: dict[str, Any] = json.loads((_DATA / "province.json").read_text("utf-8"))
DEPARTMENTS: list[str] = _SAID["departments"]  # of the province; in a city 厅 is 局
_ARTICLE = re.compile(r"^第[一二三四五六七八九十百零〇]+条\s*")
_KIND_OF_LAW = re.compile(r"(?:实施)?(?:条例|规定|办法|细则|决定|若干|暂行|试行|（.*?）|\(.*?\))+$")
_LAWGIVER = re.compile(
    r"^.{2,12}?(?:省|市|自治区|自治州|自治县|县|共和国|经济特区|新区|大会|委员会)(?:关于)?"
)


@dataclass(frozen=True, slots=True)
class Regulation:
    title: str
    region: str
    dated: str
    body: str

    @property
    def articles(self) -> list[str]:
        parts = (part.strip() for part in self.body.split("\n"))
        return [_ARTICLE.sub("", part) for part in parts if len(part) > 12 and part[0] != "#"]

    @property
    def topic(self) -> str:
        """What it is about: the title without lawgiver and kind."""
        bare = _KIND_OF_LAW.sub("", _LAWGIVER.sub("", self.title)).strip("《》")
        return bare if 3 <= len(bare) <= 14 else ""


def regulations(path: Path | None = None) -> list[Regulation]:
    """The regulations in `path`; without one the full texts beside the repository where they are,
    else the excerpt in it: the first thousand characters of each."""
    file = path or (_WHOLE if _WHOLE.exists() else _PACKAGED)
    unpack = lzma.decompress if file.suffix == ".xz" else gzip.decompress
    rows = [json.loads(line) for line in unpack(file.read_bytes()).splitlines()]
    return [Regulation(r["title"], r["region"], r["dated"] or "", r["body"]) for r in rows]


def bodies_of(places: Sequence[tuple[str, str]]) -> list[NewBody]:
    """The province and its departments, the cities and theirs; `places` are (code, name), the
    province first."""
    (root, province), *cities = places
    found = [NewBody(code=root, name=province, kind=BodyKind.PROVINCE)]
    found += [
        NewBody(code=code, name=name, kind=BodyKind.CITY, parent_code=root) for code, name in cities
    ]
    for code, name in places:
        place = name.removesuffix("人民政府")
        for n, department in enumerate(DEPARTMENTS):
            local = (
                department
                if code == root
                else department.removesuffix("厅") + ("局" if department.endswith("厅") else "")
            )
            kind = BodyKind.DEPARTMENT
            made = NewBody(code=f"{code}-{n:02}", name=place + local, kind=kind, parent_code=code)
            found.append(made)
    return found


@dataclass(frozen=True, slots=True)
class Text:
    """An item as the generator makes it; `body` is the position of its body in the list."""

    body: int
    title: str
    text: str
    doc_no: str
    theme: str
    genre: str
    formed_on: date


class Province:
    """Makes items about what the regulations are about, in the name of bodies."""

    def __init__(self, bodies: Sequence[NewBody], seeds: Sequence[Regulation], seed: int) -> None:
        self._names = [body.name for body in bodies]
        self._topics = sorted({seed.topic for seed in seeds} - {""})
        self._articles = [part[:160] for one in seeds for part in one.articles]
        self._themes = list(_SAID["themes"].items())
        self._genres = list(_SAID["genres"].items())
        self._random = Random(seed)

    @property
    def topics(self) -> Sequence[str]:
        return self._topics

    @property
    def articles(self) -> Sequence[str]:
        return self._articles

    def items(self, count: int) -> Iterator[Text]:
        """`count` items, the same for the same bodies, regulations and seed."""
        for _ in range(count):
            yield self._item()

    def _item(self) -> Text:
        random = self._random
        body = int(random.random() * len(self._names))
        day = date(
            random.randint(_FIRST_YEAR, _LAST_YEAR),
            random.randint(1, 12),
            1 + int(random.random() * 28),
        )
        topic = self._pick(self._topics)
        genre, called = self._pick(self._genres)
        name = self._names[body]
        place = name[: 3 if name[2] in "省市" else 4]
        filled = self._of("patterns").format(
            place=place, topic=topic, year=day.year, genre=called, person=self._person(),
            company=self._company(place), county=self._county(),
        )  # fmt: skip
        theme, subs = self._pick(self._themes)
        return Text(
            body=body,
            title=(name if random.random() < 0.5 else "") + filled,
            text=self._text(topic, place, day),
            doc_no=self._number(name, day.year) if random.random() < 0.65 else "",
            theme=f"{theme}\\{self._pick(subs)}",
            genre=genre,
            formed_on=day,
        )

    def _text(self, topic: str, place: str, day: date) -> str:
        """Two to five paragraphs: what it is for, articles, who answers questions."""
        random = self._random
        lines = [
            f"为做好{place}{topic}工作，根据有关规定，结合{self._county()}实际，现将有关事项通知如下。"
        ]
        lines += [self._pick(self._articles) for _ in range(1 + int(random.random() * 3))]
        if random.random() < 0.5:
            sum_ = random.randint(3, 98_000)
            lines.append(
                f"联系人：{self._person()}，{self._company(place)}，金额{sum_}万元，{day:%m月%d日}前报送。"
            )
        return "\n\n".join(lines)

    def _number(self, name: str, year: int) -> str:
        short = "川" if name.startswith("四川") else name[0]
        number = 1 + int(self._random.random() * 2_000)
        return f"{short}{name[-4:-1] if len(name) > 8 else '府'}发〔{year}〕{number}号"

    def _person(self) -> str:
        given = "".join(self._of("given") for _ in range(1 + int(self._random.random() * 2)))
        return self._of("surnames") + given

    def _company(self, place: str) -> str:
        return f"{place}{self._of('given')}{self._of('ends')}{self._of('trades')}有限公司"

    def _county(self) -> str:
        kind = "县" if self._random.random() < 0.7 else "区"
        return f"{self._of('counties')}{self._of('ends')}{kind}"

    def _of(self, what: str) -> str:
        return self._pick(_SAID[what])

    def _pick(self, values: Sequence[T]) -> T:
        return values[int(self._random.random() * len(values))]
