"""What judges: every version of the models with its evaluation, and which one is in use."""

from __future__ import annotations

from aiohttp import web

from hub.kernel.errors import InvalidInput, Words
from hub.opinion.judging.models import Field
from hub.opinion.judging.service import LEARNED
from web.console.area import SUPERVISING
from web.console.call import Call
from web.console.looking import may

__all__ = ["listed", "train", "use"]


async def listed(call: Call) -> web.StreamResponse:
    judging = call.desk.listening.judging
    return call.page(
        "opinion/models",
        may_change=may(call, SUPERVISING.roles),
        versions={field: await judging.models(field) for field in LEARNED},
    )


async def use(call: Call) -> web.StreamResponse:
    """Let a version judge from now on."""
    version = call.text("version")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise InvalidInput(Words("没有这一版", "no such version"), field="version")
    field = _field(call)
    await call.desk.listening.judging.activate(field, int(version), actor=call.login)
    return call.go("/opinion/models", said="model-used")


async def train(call: Call) -> web.StreamResponse:
    """Train anew from the lists and what was corrected: seconds, with many labels a minute."""
    made = await call.desk.listening.judging.train(_field(call), actor=call.login)
    return call.go("/opinion/models", said="model-better" if made.active else "model-worse")


def _field(call: Call) -> Field:
    told = call.text("field")
    if told not in LEARNED:
        raise InvalidInput(Words("该栏目不训练", "that field is not learned"), field="field")
    return Field(told)
