"""What channels into work messengers share: a message in one of two forms, within its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hub.kernel.errors import InvalidInput, NotFound, Words
from hub.publishing.errors import Rejected
from hub.publishing.models import Declaration, MediaRef, Part
from hub.publishing.ports import Job
from publishers.contract import Field
from publishers.limits import problems

__all__ = [
    "FORM",
    "KEYWORD",
    "MARKDOWN",
    "TEXT",
    "form_of",
    "forms",
    "keyword_of",
    "read_picture",
    "refuse_unfit",
]

TEXT, MARKDOWN = "text", "markdown"

FORM = Field(
    name="form",
    words=Words("消息形式：text 文本，markdown", "form of a message: text or markdown"),
    required=False,
    default=TEXT,
)

KEYWORD = Field(
    name="keyword",
    words=Words(
        "机器人安全设置中的关键词（任一个），将写在消息末尾",
        "one of the robot's keywords, if it has any; written at the end of every message",
    ),
    required=False,
)


def form_of(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """The variation of an account that chose a form; raises InvalidInput for an unknown one."""
    form = str(settings.get("form") or TEXT)
    if form not in (TEXT, MARKDOWN):
        raise InvalidInput(
            Words(f"未知的消息形式 form={form}", f"unknown form {form}"),
            field="form",
            remedy=Words("可用：text, markdown", "one of: text, markdown"),
        )
    return {"form": MARKDOWN} if form == MARKDOWN else {}


def keyword_of(settings: Mapping[str, Any]) -> Mapping[str, str]:
    """The variation of an account whose robot takes only messages with a keyword; the templates
    write it into the last line, so it is signed like the rest."""
    keyword = str(settings.get("keyword") or "").strip()
    return {"keyword": keyword} if keyword else {}


def forms(
    declaration: Declaration, markdown_limit: int
) -> Callable[[Mapping[str, str]], Declaration]:
    """`Channel.adapt` for a channel whose messages are text, as declared, or Markdown."""
    marked_up = replace(declaration, markup=MARKDOWN, text_limit=markdown_limit)

    def adapt(variation: Mapping[str, str]) -> Declaration:
        return marked_up if variation.get("form") == MARKDOWN else declaration

    return adapt


def refuse_unfit(part: Part, rules: Declaration) -> None:
    """Raises Rejected for what the rules forbid: some platforms would cut it and say nothing."""
    for problem in problems([part], rules):
        raise Rejected(
            problem.words, platform_code="limits", field=problem.field, remedy=problem.remedy
        )


async def read_picture(job: Job, ref: MediaRef) -> bytes:
    """The bytes of a picture; raises Rejected when the store has lost it."""
    try:
        return await job.media.read(ref.sha256)
    except NotFound as error:
        raise Rejected(
            Words(f"图片 {ref.sha256[:12]} 不在素材库", f"picture {ref.sha256[:12]} is missing"),
            field="media",
            remedy=Words("重新上传图片并送审", "upload the picture again and have it approved"),
        ) from error
