"""The tables of a brief as rows of text, once for every form that has them."""

from __future__ import annotations

from dataclasses import dataclass

from hub.opinion.briefs.models import Brief, Cell, Figure, Section

__all__ = ["WATCHED", "Grid", "grids", "said"]

WATCHED = frozenset({Section.WATCHES, Section.RUMOURS})  # one chapter together

_FEW = "少于 5"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its title, its headings, its rows; `numbers` are the columns set to the right."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    empty: str = ""


def said(figure: Figure) -> str:
    """The value as it is printed: no decimals where there are none."""
    if figure.value is None:
        return "数据不足"
    value = figure.value
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _few(value: int | None) -> str:
    return _FEW if value is None else str(value)


def _counted(cell: Cell) -> str:
    return _FEW if cell.value is None else f"{cell.value} 条"


def grids(brief: Brief) -> dict[str, Grid]:
    """Hot list, cases and figures with their questions, by name."""
    hot = tuple(
        (
            str(place),
            line.title,
            f"{line.heat:.2f}",
            " + ".join(f"{name} {value:.2f}" for name, value in line.parts if value),
            line.why,
        )
        for place, line in enumerate(brief.hot, 1)
    )
    cases = tuple(
        (line.title, line.level, line.body, line.clock, line.due, line.outcome)
        for line in brief.cases
    )
    queries = [
        (figure.label, f"{said(figure)} {figure.unit}".strip(), figure.query)
        for figure in brief.figures
        if Section.FIGURES in brief.sections
    ]
    queries += [(one.title, "见图", one.note) for one in brief.series if one.form == "days"]
    queries += [
        (f"{one.title} · {cell.label}", _counted(cell), cell.query)
        for one in brief.series
        if one.form != "days"
        for cell in one.cells
    ]
    return {
        "hot": Grid(
            "热点事项",
            ("序", "事项", "热度", "热度构成", "依据"),
            hot,
            frozenset({2}),
            empty="本期无热点事项。",
        ),
        "cases": Grid(
            "舆情件办理",
            ("舆情件", "级别", "责任单位", "时限", "届满", "情况"),
            cases,
            empty="本期无到期或在办的舆情件。",
        ),
        "watches": Grid(
            "监测方案",
            ("方案", "条数", "负面"),
            tuple((one.name, _few(one.signals), _few(one.negative)) for one in brief.watches),
            frozenset({1, 2}),
            empty="本期监测方案无命中。",
        ),
        "rumours": Grid(
            "传闻核实",
            ("事项", "核实", "辟谣信息"),
            tuple(
                (one.title, one.verification, one.clarification or "尚无") for one in brief.rumours
            ),
            empty="无待核实的传闻。",
        ),
        "queries": Grid("数字口径", ("数字", "数值", "口径"), tuple(queries), frozenset({1})),
    }
