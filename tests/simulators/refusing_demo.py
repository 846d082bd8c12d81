"""The demonstration as typed, except that one platform has closed for the day once it is staged."""

from __future__ import annotations

from typing import Any

import aiohttp
import typer

from simulators import demo, staging


async def closed_for_the_day(*given: Any) -> Any:
    staged = await staging.stage(*given)
    _, town, *_ = given
    switch = f"{town}/_control/weibo/settings"
    async with (
        aiohttp.ClientSession() as session,
        session.post(switch, json={"calls_per_day": 0}) as answer,
    ):
        answer.raise_for_status()
    return staged


if __name__ == "__main__":
    demo.stage = closed_for_the_day
    typer.run(demo.main)
