"""The index's schema, and an entry as the document it keeps."""

from __future__ import annotations

from datetime import date

from tantivy import (
    Document,
    Filter,
    Index,
    Schema,
    SchemaBuilder,
    TextAnalyzerBuilder,
    Tokenizer,
)

from hub.catalogue.numbering.doc_numbers import doc_key
from hub.catalogue.search.models import Entry
from hub.catalogue.search.normalise import normalised, prepared
from hub.catalogue.search.pinyin import spellings
from hub.catalogue.search.segment import FILLER, dictionary_digest, segmenter

__all__ = [
    "FACETS",
    "INNER",
    "PUBLIC",
    "SCHEMA",
    "day_number",
    "document_of",
    "fingerprint",
    "id_of",
    "index_key",
    "marker",
    "prepare",
]

PUBLIC, INNER = "public", "inner"
FACETS = ("owner", "year", "theme", "genre", "validity", "attribute")
_SHAPE = 2  # grows with every change of the schema or of what a document holds
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)
_SHIFTS = range(120, -1, -10)
_HALF = 1 << 64
_FOR_EVER = 99991231


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("high", fast=True)  # the two halves of the key, read with a hit
    builder.add_unsigned_field("low", fast=True)
    builder.add_text_field("title", tokenizer_name="slots")
    builder.add_text_field("keywords", tokenizer_name="slots", index_option="freq")
    builder.add_text_field("body", tokenizer_name="slots")
    builder.add_text_field("sound", tokenizer_name="slots", index_option="basic")
    for name in ("number", "index_no", "scope"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("owner", "theme", "genre", "validity", "attribute"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_unsigned_field("year", indexed=True, fast=True)
    builder.add_unsigned_field("open", fast=True)  # 1 for what the public sees
    builder.add_unsigned_field("dated", fast=True)  # 20170512
    builder.add_unsigned_field("until", fast=True)
    builder.add_text_field("marker", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("position", fast=True)
    return builder.build()


SCHEMA = _schema()


def prepare(index: Index) -> Index:
    """Register what the schema's fields are cut by; an index forgets it when it is closed."""
    builder = TextAnalyzerBuilder(Tokenizer.whitespace())
    index.register_tokenizer("slots", builder.filter(Filter.custom_stopword([FILLER])).build())
    return index


def fingerprint() -> str:
    """Indexes with the same one were made alike."""
    return f"{_SHAPE}-{dictionary_digest()}"


def document_of(entry: Entry) -> Document:
    """Normalise and cut the entry's texts; half a millisecond for a page."""
    cut = segmenter()
    title = normalised(entry.title)
    keywords = [normalised(word) for word in entry.keywords]
    document = Document()
    document.add_text("key", entry.item_id)
    high, low = divmod(_number_of(entry.item_id), _HALF)
    document.add_unsigned("high", high)
    document.add_unsigned("low", low)
    document.add_text("title", cut.stream(title))
    if keywords:
        document.add_text("keywords", cut.stream("\n".join(keywords)))
    document.add_text("body", cut.stream(prepared(f"{entry.body}\n{entry.issuer}")))
    words = [word for text in (title, *keywords) for word in cut.words(text)]
    document.add_text("sound", " ".join(spellings([*words, *keywords])))
    _add_codes(document, entry)
    return document


def _add_codes(document: Document, entry: Entry) -> None:
    codes = {
        "number": doc_key(entry.doc_no) if entry.doc_no else "",
        "index_no": index_key(entry.index_no),
        "owner": entry.body_id,
        "genre": entry.genre,
        "validity": entry.validity,
        "attribute": entry.attribute,
    }
    for name, value in codes.items():
        if value:
            document.add_text(name, value)
    for scope in entry.scopes:
        document.add_text("scope", scope)
    for theme in entry.themes:
        document.add_text("theme", theme)
    for year in entry.years:
        document.add_unsigned("year", year)
    document.add_unsigned("open", int(PUBLIC in entry.scopes))
    document.add_unsigned("dated", day_number(entry.dated) if entry.dated else 0)
    document.add_unsigned("until", day_number(entry.until) if entry.until else _FOR_EVER)


def marker(position: int) -> Document:
    """Tells up to which change the index goes: committed with the changes themselves, so that
    after a crash it is exactly as old as they are."""
    document = Document()
    document.add_text("marker", "position")
    document.add_unsigned("position", position)
    return document


def index_key(index_no: str) -> str:
    """An index number without spaces, in capitals."""
    return "".join(normalised(index_no).split()).upper()


def day_number(day: date) -> int:
    """2017-05-12 → 20170512: numbers that sort as days do."""
    return day.year * 10_000 + day.month * 100 + day.day


def _number_of(item_id: str) -> int:
    number = 0
    for char in item_id:
        number = number * 32 + _VALUES[char]
    return number


def id_of(high: int, low: int) -> str:
    """The item's id from the halves that the index keeps."""
    number = high * _HALF + low
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])
