"""What an infographic is made from: the wire form, with the limits of every text and list.

The JSON is an object with `hero`, `sections` (in the order in which they shall stand) and `footer`.
A section says what it is by its `kind`. `graphics.infographic.reading` decodes it, and names the
place of every error as a path: `sections[2].items[0].value`.

The fields of a part stand in the order in which they are drawn. All texts are shown as given; none
is ever read as markup. A `ref` says where in the document an item comes from, so that a person or a
program can check it. It is not drawn.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct, structs

__all__ = [
    "KINDS",
    "Answer",
    "Answers",
    "Background",
    "Chart",
    "Comparison",
    "ComparisonRow",
    "Contact",
    "ContactRow",
    "Figures",
    "Footer",
    "Hero",
    "InfographicSpec",
    "KeyFigure",
    "Link",
    "Measure",
    "Measures",
    "Moment",
    "Points",
    "Quote",
    "Reference",
    "Section",
    "Series",
    "Step",
    "Steps",
    "Timeline",
    "plain",
]

_SIGN = r"\S"  # at least one character that is not white space

Icon = Annotated[str, Meta(max_length=24, description="a name in templates/graphics/icons.json")]
Short = Annotated[str, Meta(min_length=1, max_length=24, pattern=_SIGN)]
Line = Annotated[str, Meta(min_length=1, max_length=60, pattern=_SIGN)]
Sentence = Annotated[str, Meta(min_length=1, max_length=120, pattern=_SIGN)]
Paragraph = Annotated[str, Meta(min_length=1, max_length=400, pattern=_SIGN)]
Note = Annotated[str, Meta(max_length=60)]
Heading = Annotated[str, Meta(max_length=16, description="empty: the kind's usual heading")]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]
Offset = Annotated[int, Meta(ge=0)]
Web = Annotated[str, Meta(max_length=400, pattern=r"^https?://[^\s\"<>\\]+$")]


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts share: an unknown field is an error, so that no misspelt one is lost."""


class Reference(_Part, frozen=True, kw_only=True):
    """Where an item comes from: `article` (第八条) and the characters `start:end` of the body."""

    article: Note = ""
    start: Offset
    end: Offset


class Hero(_Part, frozen=True, kw_only=True):
    """The head: who issued what, when. `date` is text, written as it shall be read."""

    kicker: Annotated[str, Meta(max_length=8)] = "一图读懂"
    title: Annotated[str, Meta(min_length=1, max_length=80, pattern=_SIGN)]
    subtitle: Annotated[str, Meta(max_length=48)] = ""
    issuer: Annotated[str, Meta(max_length=40)] = ""
    doc_no: Annotated[str, Meta(max_length=30)] = ""
    date: Annotated[str, Meta(max_length=24)] = ""


class Background(_Part, frozen=True, kw_only=True, tag_field="kind", tag="background"):
    """Running text, and a `note` set apart from it, as for the day a document takes effect."""

    heading: Heading = ""
    paragraphs: Annotated[tuple[Paragraph, ...], Meta(min_length=1, max_length=6)]
    note: Note = ""
    ref: Reference | None = None
    usual: ClassVar[str] = "政策背景"


class KeyFigure(_Part, frozen=True, kw_only=True):
    """`32.6`, `亿元`, `全年预计减免税费`. The value is text and shown as given."""

    value: Annotated[str, Meta(min_length=1, max_length=10, pattern=_SIGN)]
    unit: Annotated[str, Meta(max_length=6)] = ""
    label: Annotated[str, Meta(min_length=1, max_length=32, pattern=_SIGN)]
    note: Annotated[str, Meta(max_length=40)] = ""
    icon: Icon = ""
    ref: Reference | None = None


class Figures(_Part, frozen=True, kw_only=True, tag_field="kind", tag="figures"):
    heading: Heading = ""
    items: Annotated[tuple[KeyFigure, ...], Meta(min_length=1, max_length=8)]
    usual: ClassVar[str] = "关键数字"


class Measure(_Part, frozen=True, kw_only=True):
    """One thing the document does. `tag` is a label of a few signs: `免申即享`, `第八条`."""

    title: Short
    tag: Annotated[str, Meta(max_length=8)] = ""
    text: Annotated[str, Meta(min_length=1, max_length=240, pattern=_SIGN)]
    icon: Icon = ""
    ref: Reference | None = None


class Measures(_Part, frozen=True, kw_only=True, tag_field="kind", tag="measures"):
    heading: Heading = ""
    items: Annotated[tuple[Measure, ...], Meta(min_length=1, max_length=20)]
    usual: ClassVar[str] = "主要举措"


class Step(_Part, frozen=True, kw_only=True):
    title: Short
    text: Annotated[str, Meta(max_length=160)] = ""
    ref: Reference | None = None


class Steps(_Part, frozen=True, kw_only=True, tag_field="kind", tag="steps"):
    """What to do, one after the other."""

    heading: Heading = ""
    items: Annotated[tuple[Step, ...], Meta(min_length=2, max_length=10)]
    usual: ClassVar[str] = "办事流程"


class ComparisonRow(_Part, frozen=True, kw_only=True):
    matter: Annotated[str, Meta(min_length=1, max_length=20, pattern=_SIGN)]
    old: Line
    new: Line
    ref: Reference | None = None


class Comparison(_Part, frozen=True, kw_only=True, tag_field="kind", tag="comparison"):
    """A table of three columns: the matter, how it was, how it is now."""

    heading: Heading = ""
    matter: Annotated[str, Meta(min_length=1, max_length=10, pattern=_SIGN)] = "事项"
    old: Annotated[str, Meta(min_length=1, max_length=16, pattern=_SIGN)] = "原政策"
    new: Annotated[str, Meta(min_length=1, max_length=16, pattern=_SIGN)] = "新政策"
    rows: Annotated[tuple[ComparisonRow, ...], Meta(min_length=1, max_length=12)]
    usual: ClassVar[str] = "新旧对比"


class Moment(_Part, frozen=True, kw_only=True):
    """`date` is text: `2026年4月`, `每年6月`, `申请后15日内`."""

    date: Annotated[str, Meta(min_length=1, max_length=24, pattern=_SIGN)]
    text: Sentence
    ref: Reference | None = None


class Timeline(_Part, frozen=True, kw_only=True, tag_field="kind", tag="timeline"):
    heading: Heading = ""
    items: Annotated[tuple[Moment, ...], Meta(min_length=1, max_length=12)]
    usual: ClassVar[str] = "时间轴"


class Series(_Part, frozen=True, kw_only=True):
    """As many numbers as the chart has labels; `name` is needed where there are several."""

    name: Annotated[str, Meta(max_length=12)] = ""
    values: Annotated[tuple[Number, ...], Meta(min_length=1, max_length=12)]


Points = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=12, pattern=_SIGN)], ...],
    Meta(min_length=1, max_length=12),
]


class Chart(_Part, frozen=True, kw_only=True, tag_field="kind", tag="chart"):
    """`form`: bar (lying), column (standing), line, or donut (shares of one whole)."""

    form: Annotated[str, Meta(pattern="^(bar|column|line|donut)$")]
    heading: Heading = ""
    title: Annotated[str, Meta(min_length=1, max_length=32, pattern=_SIGN)]
    unit: Annotated[str, Meta(max_length=8)] = ""
    labels: Points
    series: Annotated[tuple[Series, ...], Meta(min_length=1, max_length=3)]
    source: Note = ""
    ref: Reference | None = None
    usual: ClassVar[str] = "数据说话"


class Answer(_Part, frozen=True, kw_only=True):
    question: Line
    answer: Paragraph
    ref: Reference | None = None


class Answers(_Part, frozen=True, kw_only=True, tag_field="kind", tag="answers"):
    heading: Heading = ""
    items: Annotated[tuple[Answer, ...], Meta(min_length=1, max_length=10)]
    usual: ClassVar[str] = "您问我答"


class Quote(_Part, frozen=True, kw_only=True, tag_field="kind", tag="quote"):
    """A clause in the document's own words, and where it stands."""

    heading: Heading = ""
    text: Paragraph
    source: Annotated[str, Meta(max_length=48)] = ""
    ref: Reference | None = None
    usual: ClassVar[str] = "条文原文"


class ContactRow(_Part, frozen=True, kw_only=True):
    label: Annotated[str, Meta(min_length=1, max_length=24, pattern=_SIGN)]
    value: Line
    icon: Icon = ""
    ref: Reference | None = None


class Contact(_Part, frozen=True, kw_only=True, tag_field="kind", tag="contact"):
    heading: Heading = ""
    rows: Annotated[tuple[ContactRow, ...], Meta(min_length=1, max_length=8)]
    usual: ClassVar[str] = "咨询方式"


class Link(_Part, frozen=True, kw_only=True):
    """A web address that is drawn as a QR code, with what it is to be scanned for."""

    url: Web
    caption: Annotated[str, Meta(min_length=1, max_length=16, pattern=_SIGN)] = "扫码阅读原文"


class Footer(_Part, frozen=True, kw_only=True):
    """`sources` are the documents the picture rests on, `maker` is who drew it up."""

    link: Link | None = None
    sources: Annotated[tuple[Line, ...], Meta(max_length=4)] = ()
    disclaimer: Note = "本图解根据文件原文编制，以正式文件为准。"
    maker: Annotated[str, Meta(max_length=40)] = ""


Section = (
    Background
    | Figures
    | Measures
    | Steps
    | Comparison
    | Timeline
    | Chart
    | Answers
    | Quote
    | Contact
)

KINDS: tuple[type[Section], ...] = Section.__args__


class InfographicSpec(_Part, frozen=True, kw_only=True):
    """An infographic; `theme` is a name in templates/graphics/themes.json."""

    hero: Hero
    sections: Annotated[tuple[Section, ...], Meta(min_length=1, max_length=16)]
    footer: Footer = Footer()
    theme: Annotated[str, Meta(max_length=24)] = "gov-red"


def plain(part: Any) -> Any:
    """A part as JSON has it, with the fields that keep their default: dicts, lists, texts."""
    if isinstance(part, Struct):
        return {name: plain(value) for name, value in structs.asdict(part).items()}
    return [plain(one) for one in part] if isinstance(part, tuple) else part
