"""The image and the compose file name what there is: no daemon is needed to find a wrong name."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.__main__ import command_line
from app.settings import Settings
from app.settings_reading import unknown_variables

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "deploy/containers"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
_ROLES = {"web", "worker", "clock"}

Step = tuple[str, str]


def stages() -> list[list[Step]]:
    """The image's instructions by stage, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (FOLDER / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: list[list[Step]] = []
    for line in lines:
        name, _, rest = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest.strip()))
    return found


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yml").read_text("utf-8"))
    return found


def hubs() -> dict[str, dict[str, Any]]:
    return {name: s for name, s in compose()["services"].items() if s.get("image") == "gongkai"}


def environment(steps: list[Step]) -> dict[str, str]:
    pairs = [pair for name, rest in steps if name == "ENV" for pair in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def is_command(words: list[str]) -> bool:
    nouns: Any = get_command(command_line())
    noun = nouns.commands.get(words[0])
    return noun is not None and all(word in noun.commands for word in words[1:])


def test_everything_that_is_copied_is_in_the_repository() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.splitlines()
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for steps in stages():
        for name, rest in steps:
            words = rest.split()
            if name != "COPY" or words[0].startswith("--from"):
                continue
            for source in words[:-1]:
                assert any(f == source or f.startswith(f"{source}/") for f in tracked), source
                assert f"!{source.split('/')[0]}" in kept, source


def test_the_image_has_every_package_and_only_what_is_locked() -> None:
    _, build, last = stages()
    copied = {rest.split()[0] for name, rest in build if name == "COPY"}
    wanted = {
        one.rstrip("*") for one in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    }
    assert wanted | {"templates", "requirements.lock"} <= copied
    runs = " ".join(rest for name, rest in build if name == "RUN")
    assert "pip install --require-hashes -r requirements.lock" in runs
    assert "--no-index --no-deps" in runs.partition("requirements.lock")[2]
    assert not any("pip" in rest for name, rest in last if name == "RUN")
    assert next(rest for name, rest in stages()[0] if name == "RUN").startswith("npm ci ")
    version = tuple(map(int, last[0][1].removeprefix("python:").split("-")[0].split(".")))
    assert version >= tuple(map(int, PROJECT["project"]["requires-python"][2:].split(".")))


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    steps = stages()[-1]
    told = dict(steps)
    assert told["USER"] == "10001"
    assert steps.index(("USER", "10001")) > max(i for i, s in enumerate(steps) if s[0] == "COPY")
    assert told["STOPSIGNAL"] == "SIGTERM"
    check = json.loads(told["HEALTHCHECK"].partition("CMD ")[2])
    compile(check[2], "healthcheck", "exec")
    values = environment(steps)
    address = f"http://127.0.0.1:{values['GONGKAI_HTTP_PORT']}/readyz"
    assert address in check[2]
    assert told["EXPOSE"] == values["GONGKAI_HTTP_PORT"]
    assert unknown_variables(values) == []
    assert values["GONGKAI_HOME"] == told["VOLUME"] == told["WORKDIR"]
    assert json.loads(told["ENTRYPOINT"])[0] in PROJECT["project"]["scripts"]
    assert is_command(json.loads(told["CMD"]))


def test_every_role_is_a_service_whose_command_there_is() -> None:
    services = hubs()
    assert set(services) > _ROLES
    assert all(is_command(service["command"]) for service in services.values())
    assert all(services[role]["command"] == [role] for role in _ROLES)
    for role in _ROLES:
        assert services[role]["depends_on"]["migrate"]["condition"] == (
            "service_completed_successfully"
        )
        assert services[role]["read_only"]
        assert unknown_variables(services[role]["environment"]) == []
    assert services["migrate"]["command"] == ["db", "migrate"]


def test_everything_that_is_mounted_and_waited_for_is_there() -> None:
    whole = compose()
    services = whole["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service.get("secrets", [])) <= set(whole["secrets"]), name
        for other, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert not healthy or "healthcheck" in services[other] or other in _ROLES, name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            inside = source in whole["volumes"] or source == "./tls"
            assert inside or (FOLDER / source).resolve().is_file(), volume
    build = services["web"]["build"]
    assert (FOLDER / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()


def test_the_proxy_finds_the_hub_by_its_name() -> None:
    told = compose()["services"]["proxy"]["command"][-1]
    _, was, becomes, _ = re.findall(r"'([^']*)'", told)[0].split("/")
    conf = (ROOT / "deploy/nginx/gongkai.conf").read_text("utf-8")
    assert conf.count(was) == 1
    assert becomes == f"server web:{environment(stages()[-1])['GONGKAI_HTTP_PORT']};"


def test_the_example_s_settings_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    values = tomllib.loads((FOLDER / "gongkai.example.toml").read_text("utf-8"))
    settings = Settings(**values)
    services = compose()["services"]
    assert not settings.embedded
    assert "@postgres/gongkai" in settings.database_url
    assert services["postgres"]["environment"]["POSTGRES_DB"] == "gongkai"
    assert settings.redis_url.startswith("redis://redis:")
    assert "redis" in services
    assert len(settings.secret_keys) == 1
