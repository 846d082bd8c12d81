"""What a revision may do, so that programs of the version before live with the tables after it.

While a hub is upgraded machine by machine, old and new programs use one database. A step that an
old program would stumble over comes in two releases: first the new place is added and both are
kept, then, when no program asks for the old place any more, a revision that declares it takes it
away:

    contracts = "0007"  # the oldest revision whose program can live with what this one removes

The database remembers the highest such number (`schema_floor`); older programs refuse it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from hub.kernel.errors import Misconfigured, Words

__all__ = ["floor_of", "steps_that_break"]

_FLOOR = "0001"
# what takes something away, or asks of rows what an old program does not know of
_BREAKING = {
    "alter_column": "changes a column in place",
    "create_check_constraint": "asks of rows what an old program may not give",
    "create_exclude_constraint": "asks of rows what an old program may not give",
    "create_foreign_key": "asks of rows what an old program may not give",
    "create_primary_key": "asks of rows what an old program may not give",
    "create_unique_constraint": "asks of rows what an old program may not give",
    "drop_constraint": "takes away what an old program may rely on",
    "drop_index": "takes away what an old program may rely on",
    "drop_column": "takes a column away",
    "drop_table": "takes a table away",
    "rename_table": "takes a table's name away",
    "execute": "runs SQL that nobody can look through",
}
# what no program notices
_HARMLESS = frozenset({"create_index", "create_table", "create_table_comment", "f"})


def steps_that_break(source: str) -> list[str]:
    """What in a revision's source would break a program of the version before, each with its line;
    nothing where it declares `contracts`. Tables made in the same revision are nobody's yet."""
    tree = ast.parse(source)
    if _declared(tree):
        return []
    upgrade = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    new = {_text(call, 0) for name, call in _calls(upgrade) if name == "create_table"}
    found = []
    for name, call in _calls(upgrade):
        why = _why(name, call)
        if why and not ({_text(call, 0), _text(call, 1), _named(call)} & new):
            found.append(f"line {call.lineno}: {name} {why}")
    return found


def floor_of(versions: Path) -> str:
    """The oldest revision whose program can live with all the revisions in the folder.

    Raises Misconfigured for a declaration that is no earlier revision.
    """
    floor = _FLOOR
    for file in sorted(versions.glob("*.py")):
        declared = _declared(ast.parse(file.read_text("utf-8")))
        number = file.name[:4]
        if declared and not (_FLOOR <= declared < number and len(declared) == len(number)):
            raise Misconfigured(
                Words(
                    f"{file.name} 的 contracts 无效", f"{file.name}: contracts names no revision"
                ),
                field="migrations",
                remedy=Words("写较早的修订号", "name an earlier revision"),
            )
        floor = max(floor, declared)
    return floor


def _calls(function: ast.FunctionDef) -> Iterator[tuple[str, ast.Call]]:
    """Calls of Alembic's operations, also in a batch: `op.…(…)`, `batch_op.…(…)`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id in {"op", "batch_op"}:
                yield node.func.attr, node


def _why(name: str, call: ast.Call) -> str:
    if name in _BREAKING:
        return _BREAKING[name]
    if name == "add_column":
        return _why_column(call)
    if name == "create_index" and _is(call, "unique", True):
        return "asks of rows what an old program may not give"
    if name == "batch_alter_table" or name in _HARMLESS:
        return ""
    return "is not known to be harmless"


def _why_column(call: ast.Call) -> str:
    columns = [arg for arg in call.args if isinstance(arg, ast.Call)]
    for column in columns:
        given = {keyword.arg for keyword in column.keywords}
        if _is(column, "nullable", False) and "server_default" not in given:
            return "asks for a value that an old program does not give"
    return ""


def _is(call: ast.Call, name: str, value: object) -> bool:
    return any(
        keyword.arg == name
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is value
        for keyword in call.keywords
    )


def _text(call: ast.Call, place: int) -> str | None:
    """A positional argument that is a text: of most operations the first or second is the table."""
    if len(call.args) <= place:
        return None
    argument = call.args[place]
    known = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return str(argument.value) if known else None  # type: ignore[attr-defined]


def _named(call: ast.Call) -> str | None:
    for keyword in call.keywords:
        if keyword.arg in {"table_name", "source_table"} and isinstance(
            keyword.value, ast.Constant
        ):
            return str(keyword.value.value)
    return None


def _declared(tree: ast.Module) -> str:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names == ["contracts"]:
                return str(node.value.value)
    return ""
