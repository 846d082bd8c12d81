"""`make bench` tells of every benchmark, of those that fail as well."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import run

_MODULES = {
    "well": "print('first'); print('{\"lost\": 0}')",
    "broken": "raise RuntimeError('the server does not answer')",
    "unable": "import sys; sys.exit('Needs root')",
    "silent": "print('{\"lost\": 0}'); print('and that was all')",
}


@pytest.fixture
def benchmarks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    for name, text in _MODULES.items():
        (folder / f"bench_{name}.py").write_text(text)
    page = folder / "results.md"
    page.write_text(f"# Results\n\n{run._BEGIN}\n{run._END}\n\nBy hand.\n")
    monkeypatch.setattr(run, "_HERE", folder)
    monkeypatch.setattr(run, "_RESULTS", page)
    monkeypatch.setattr(run, "_OTHERS", ())
    return folder


def test_a_failed_benchmark_has_its_section_and_the_others_their_figures(
    benchmarks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["run"])
    with pytest.raises(SystemExit) as ended:
        run.main()
    said, page = str(ended.value.code), (benchmarks / "results.md").read_text()
    assert "bench_broken ended with 1: RuntimeError: the server does not answer" in said
    assert "bench_unable ended with 1: Needs root" in said
    assert "bench_silent its last line is no JSON object" in said
    assert "bench_well" not in said
    assert page.count("**No figures**") == 3
    assert "| lost | 0 |" in page
    assert page.endswith("By hand.\n")


def test_what_is_out_of_bounds_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run.Ran(figures={"lost": 3}, seconds=1.0, load=0.0)
    assert run.complaints({"bench_one": ran}) == ["bench_one: lost 3 ≥ 1"]
