"""The words of answers: a skill's `zh.toml` and `en.toml`, each text a sandboxed template.

They are looked for in the skill's own `templates/` first, then in `templates/answers/<skill>/`.
Traditional characters are made of the simplified ones by opencc; addresses stay as they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import DictLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from opencc import OpenCC

from bots.contract import Language
from hub.kernel.errors import Misconfigured, Words

__all__ = ["fill", "folder_of", "in_script", "names_of"]

_HERE = Path(__file__).resolve().parent
_SHARED = _HERE.parent / "templates" / "answers"


def fill(skill: str, language: Language, name: str, /, **values: object) -> str:
    """The text `name` of a skill with its values; raises Misconfigured where there is none."""
    text = _template(skill, "en" if language is Language.EN else "zh", name).render(values)
    return in_script(text.strip(), language)


def in_script(text: str, language: Language) -> str:
    """The text in the characters that the language is written in."""
    return str(_traditional().convert(text)) if language is Language.HANT else text


@cache
def names_of(skill: str, language: str) -> Mapping[str, str]:
    """Every text that a skill has in `zh` or `en`, by name, unfilled."""
    file = folder_of(skill) / f"{language}.toml"
    try:
        return {key: str(text) for key, text in tomllib.loads(file.read_text("utf-8")).items()}
    except FileNotFoundError as error:
        raise _missing(skill, f"{language}.toml") from error


def folder_of(skill: str) -> Path:
    """Where a skill's texts are."""
    own = _HERE / "skills" / skill / "templates"
    return own if own.is_dir() else _SHARED / skill


@cache
def _template(skill: str, language: str, name: str) -> Template:
    texts = names_of(skill, language)
    if name not in texts:
        raise _missing(skill, f"{language}.toml: {name}")
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(texts)),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    english = language == "en"
    environment.filters |= {
        "day": _english_day if english else _chinese_day,
        "named": _in_quotes if english else _in_brackets,
    }
    return environment.get_template(name)


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def _chinese_day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _english_day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _in_brackets(title: str) -> str:
    """《…》, unless the title has such brackets itself."""
    return title if "《" in title else f"《{title}》"


def _in_quotes(title: str) -> str:
    return f"“{title}”"


def _missing(skill: str, what: str) -> Misconfigured:
    return Misconfigured(
        Words(f"技能“{skill}”缺少文字 {what}", f"skill '{skill}' has no text {what}"),
        field=f"templates/answers/{skill}",
    )
