"""The shape of the source: who imports whom, how long things are, what may not exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCTION = ("app", "bots", "graphics", "hub", "publishers", "scheduler", "web")
OURS = (*PRODUCTION, "simulators", "benchmarks")

# package → the packages of ours that it may import besides itself
ALLOWED: dict[str, set[str]] = {
    "hub": set(),
    "bots": {"hub"},
    "graphics": {"hub"},
    "publishers": {"hub", "graphics"},
    "scheduler": {"hub"},
    "web": {"hub"},
    "app": {"bots", "hub", "graphics", "publishers", "scheduler", "web"},
    "simulators": set(PRODUCTION),
    "benchmarks": {*PRODUCTION, "simulators"},
}
# hub's areas from the ground up; an area imports those before it
AREAS = (
    "kernel",
    "organisations",
    "catalogue",
    "review",
    "interpretation",
    "publishing",
    "conversation",
    "opinion",
    "supervision",
)
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


@cache
def sources() -> tuple[Path, ...]:
    found = (file for package in OURS for file in (ROOT / package).rglob("*.py"))
    return tuple(sorted(file for file in found if "versions" not in file.parts))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), str(file))


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imported(file: Path) -> Iterator[str]:
    """Every dotted name that `file` imports, with what a `from` names appended."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(file)}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def faults(complaint: str, pairs: Iterator[str]) -> None:
    found = sorted(set(pairs))
    assert not found, f"{complaint}:\n" + "\n".join(found)


def test_there_is_something_to_test() -> None:
    assert len(sources()) > 40
    assert all((ROOT / package).is_dir() for package in PRODUCTION)


def test_a_package_imports_only_what_the_table_allows() -> None:
    def crossings() -> Iterator[str]:
        for file in sources():
            own = named(file).split("/")[0]
            for name in imported(file):
                other = name.split(".")[0]
                if other in OURS and other != own and other not in ALLOWED[own]:
                    yield f"{named(file)} imports {name}"

    faults("import against the direction", crossings())


def test_an_area_imports_only_the_areas_below_it() -> None:
    def crossings() -> Iterator[str]:
        for file in sources():
            parts = named(file).split("/")
            if parts[0] != "hub" or len(parts) < 3:
                continue
            assert parts[1] in AREAS, f"area {parts[1]} has no place in AREAS"
            above = AREAS[AREAS.index(parts[1]) + 1 :]
            for name in imported(file):
                if name.startswith("hub.") and name.split(".")[1] in above:
                    yield f"{named(file)} imports {name}"

    faults("an area imports one above it", crossings())


def test_a_channel_imports_no_other_channel() -> None:
    folders = {file.parent.name for file in (ROOT / "publishers").glob("*/__init__.py")}
    assert folders

    def crossings() -> Iterator[str]:
        for file in sources():
            parts = named(file).split("/")
            if parts[0] != "publishers":
                continue
            for name in imported(file):
                target = name.split(".")
                if target[0] == "publishers" and target[1:2] and target[1] in folders - {parts[1]}:
                    yield f"{named(file)} imports {name}"

    faults("publishers names a channel", crossings())


def test_a_skill_imports_no_other_skill() -> None:
    def crossings() -> Iterator[str]:
        for file in sources():
            own = named(file).split("/")[:3]
            for name in imported(file):
                target = name.split(".")
                other = target[:2] == ["bots", "skills"] and target[2:3] != own[2:3]
                if other and own[:2] == ["bots", "skills"] and len(target) > 2:
                    yield f"{named(file)} imports {name}"

    faults("a skill names another skill", crossings())


def simulates(name: str) -> bool:
    """Whether a module belongs to a simulator: publishers.simulation, …simulator, simulator_…"""
    last = [part for part in name.replace("/", ".").split(".") if part.startswith("simulat")]
    return bool(last) and not name.startswith("app")


def test_production_imports_no_simulator() -> None:
    def crossings() -> Iterator[str]:
        for file in sources():
            own = named(file)
            if own.split("/")[0] not in PRODUCTION or simulates(own.removesuffix(".py")):
                continue
            yield from (f"{own} imports {name}" for name in imported(file) if simulates(name))

    faults("production imports a simulator", crossings())


def test_nothing_is_imported_inside_a_function() -> None:
    def late() -> Iterator[str]:
        for file in sources():
            for node in ast.walk(tree(file)):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    for inner in ast.walk(node):
                        if isinstance(inner, (ast.Import, ast.ImportFrom)):
                            yield f"{named(file)}:{inner.lineno}"

    faults("import inside a function", late())


def test_tracing_costs_nothing_where_it_is_not_installed() -> None:
    """OpenTelemetry is an extra: one module imports it, and nobody imports that one by name."""

    def crossings() -> Iterator[str]:
        for file in sources():
            for name in imported(file):
                extra = name.startswith("opentelemetry")
                if (extra or name.startswith("app.tracing.otel")) and (
                    named(file) != "app/tracing/otel.py"
                ):
                    yield f"{named(file)} imports {name}"

    faults("the extra is imported", crossings())


def test_the_domain_knows_no_http_and_no_templates() -> None:
    banned = {"aiohttp", "aiogram", "jinja2", "requests", "typer", "rich", "wechatpy"}

    def crossings() -> Iterator[str]:
        for file in sources():
            if named(file).startswith("hub/"):
                for name in imported(file):
                    if name.split(".")[0] in banned:
                        yield f"{named(file)} imports {name}"

    faults("hub stays clean", crossings())


def test_sql_is_written_in_stores_only() -> None:
    homes = {"store.py", "tables.py", "ledger.py", "sweeping.py", "searching.py"}

    def strays() -> Iterator[str]:
        for file in sources():
            parts = named(file).split("/")
            if parts[0] != "hub" or parts[1] == "kernel" or file.name in homes:
                continue
            for name in imported(file):
                verb = name.removeprefix("sqlalchemy.")
                if verb != name and verb in {"select", "insert", "update", "delete", "text"}:
                    yield f"{named(file)} imports {name}"

    faults("SQL outside a store", strays())


def test_time_is_asked_of_the_clock_only() -> None:
    allowed = {"hub/kernel/clock.py"}

    def strays() -> Iterator[str]:
        for file in sources():
            if named(file) in allowed or named(file).startswith("benchmarks/"):
                continue
            for node in ast.walk(tree(file)):
                text = ast.unparse(node) if isinstance(node, ast.Call) else ""
                if text.startswith(("datetime.now(", "datetime.utcnow(", "time.sleep(")):
                    yield f"{named(file)}:{node.lineno} {text}"

    faults("asks the machine for the time", strays())


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "util.py", "misc.py"])
def test_there_is_no_drawer_for_everything(name: str) -> None:
    assert [named(file) for file in sources() if file.name == name] == []


def test_files_and_functions_stay_short() -> None:
    def long() -> Iterator[str]:
        for file in sources():
            lines = len(file.read_text("utf-8").splitlines())
            if lines > LONGEST_FILE:
                yield f"{named(file)}: {lines} lines"
            for node in ast.walk(tree(file)):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    length = (node.end_lineno or 0) - node.lineno + 1
                    if length > LONGEST_FUNCTION:
                        yield f"{named(file)}:{node.lineno} {node.name}: {length} lines"

    faults("too long", long())


def test_every_module_says_what_it_is_for() -> None:
    silent = (named(file) for file in sources() if not ast.get_docstring(tree(file)))
    faults("no docstring", silent)
