"""The repository's own rules: versions, locks, generated pages, nothing private inside."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app import __version__
from app.migrate import MIGRATIONS, differences, head, migrate, revision
from app.reference import PAGES, Page
from tests.conftest import open_test_database
from tests.modes import MODES, Mode

ROOT = Path(__file__).parent.parent


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_program_and_the_project_have_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_lock_has_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==", lock, re.MULTILINE)
    assert len(entries) > 40
    assert lock.count("--hash=sha256:") >= len(entries)
    assert not re.search(r"https?:|file:|--index|--find-links|--trusted", lock)


@pytest.mark.parametrize("folder", ["tests/oracles", "web/console/browser"])
def test_the_lock_of_javascript_has_hashes_and_no_addresses(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)


def test_every_dependency_of_the_project_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dev"], *extras["tracing"]]
    for requirement in wanted:
        name = re.split(r"[\[<>=~!]", requirement)[0]
        assert re.search(rf"^{re.escape(name)}(\[.*\])?==", lock, re.MULTILINE), name


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.11.99"])
def test_a_package_asked_for_something_by_an_older_python_that_the_lock_did_not_have(
    python: str,
) -> None:
    """Debian 12 has 3.11.2, for which redis asks for one package more than for 3.11.3."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    machine = {"python_full_version": python, "python_version": "3.11", "extra": ""}
    missing = {
        f"{one.name} asks for {asked}"
        for one in metadata.distributions()
        if canonicalize_name(one.name) in locked
        for asked in map(Requirement, one.requires or ())
        if (asked.marker is None or asked.marker.evaluate(machine))
        and canonicalize_name(asked.name) not in locked
    }
    assert missing == set()


@pytest.mark.parametrize("page", Page)
def test_a_generated_page_is_up_to_date(page: Page) -> None:
    path, make = PAGES[page]
    assert (ROOT / path).read_text("utf-8") == make(), "run `make docs`"


def test_the_revisions_are_one_line_that_ends_in_head() -> None:
    files = sorted(file.name for file in (MIGRATIONS / "versions").glob("*.py"))
    numbers = [f"{number:04d}" for number in range(1, len(files) + 1)]
    assert [name[:4] for name in files] == numbers
    assert all(re.fullmatch(r"\d{4}_[a-z]+(_[a-z]+)+\.py", name) for name in files)
    assert head() == numbers[-1]


async def test_migrated_tables_are_those_of_the_models(empty_database_url: str) -> None:
    assert revision(empty_database_url) == ""
    assert migrate(empty_database_url) == head()
    assert migrate(empty_database_url) == revision(empty_database_url) == head()
    assert differences(empty_database_url) == []
    database = open_test_database(empty_database_url)
    await database.close()


def test_nothing_of_one_machine_and_no_key_is_in_the_repository() -> None:
    here = re.escape(str(ROOT).encode())
    home = re.escape(str(Path.home()).encode() + b"/")
    key = rb"BEGIN (?:RSA |EC )?PRIVATE KEY-----\\n[A-Za-z]"
    banned = re.compile(rb"(?<![\w.])(?:" + here + rb"/|" + home + rb")|" + key)
    found = [file for file in tracked() if banned.search(file.read_bytes())]
    assert found == [], found


def test_every_crash_suite_runs_in_every_mode() -> None:
    """A file has a test for which `mode` is every way an installation stands: it asks for the
    fixture itself, through one of its own, and narrows it nowhere to some of them."""
    assert [param.id for param in MODES] == [mode.value for mode in Mode]
    files = sorted((ROOT / "tests" / "crash").glob("test_*.py"))
    assert len(files) > 5
    for file in files:
        whole = [test for test in functions_of(file) if wants_every_mode(test, file)]
        assert whole, f"{file.name} runs in some modes only"


def functions_of(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    body = ast.parse(file.read_text("utf-8")).body
    return [one for one in body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]


def wants_every_mode(test: ast.FunctionDef | ast.AsyncFunctionDef, file: Path) -> bool:
    if not test.name.startswith("test_"):
        return False
    narrowed = any("'mode'" in ast.unparse(one) for one in test.decorator_list)
    own = {one.name: {arg.arg for arg in one.args.args} for one in functions_of(file)}
    wanted = set(own[test.name])
    while more := {arg for name in wanted for arg in own.get(name, set())} - wanted:
        wanted |= more
    return "mode" in wanted and not narrowed
