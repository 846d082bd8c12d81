"""Signing in, step by step; proving oneself again; one's own password, authenticator, sessions."""

from __future__ import annotations

from hub.kernel.errors import Words
from hub.organisations.signin.models import Stage
from web.console.area import ANYBODY, SIGNED_IN, Area, Route, at_stage
from web.console.areas.signin import account, federated, steps, taste
from web.console.federation.provider import CALLBACK

__all__ = ["AREA"]

_CODE, _ENROL = at_stage(Stage.CODE), at_stage(Stage.ENROL, Stage.OPEN)
_PASSWORD = at_stage(Stage.PASSWORD, Stage.OPEN)
_ANY_STAGE = at_stage(Stage.OPEN, Stage.CODE, Stage.PASSWORD, Stage.ENROL)

AREA = Area(
    name="signin",
    title=Words("登录", "sign in"),
    routes=(
        Route(method="GET", path="/sign-in", handler=steps.ask_password, needs=ANYBODY),
        Route(method="POST", path="/sign-in", handler=steps.take_password, needs=ANYBODY),
        Route(method="GET", path="/sign-in/code", handler=steps.ask_code, needs=_CODE),
        Route(method="POST", path="/sign-in/code", handler=steps.take_code, needs=_CODE),
        Route(method="GET", path="/sign-in/password", handler=account.ask_new, needs=_PASSWORD),
        Route(method="POST", path="/sign-in/password", handler=account.take_new, needs=_PASSWORD),
        Route(method="GET", path="/sign-in/enrol", handler=account.ask_enrol, needs=_ENROL),
        Route(method="POST", path="/sign-in/enrol", handler=account.take_enrol, needs=_ENROL),
        Route(method="GET", path="/sign-in/provider", handler=federated.go, needs=ANYBODY),
        Route(method="GET", path=CALLBACK, handler=federated.come_back, needs=ANYBODY),
        Route(method="GET", path="/sign-out/provider", handler=federated.leave, needs=ANYBODY),
        Route(method="GET", path="/prove/provider", handler=federated.prove, needs=SIGNED_IN),
        Route(method="POST", path="/sign-out", handler=steps.leave, needs=_ANY_STAGE),
        Route(method="GET", path="/prove", handler=steps.ask_proof, needs=SIGNED_IN),
        Route(method="POST", path="/prove", handler=steps.take_proof, needs=SIGNED_IN),
        Route(method="GET", path="/me", handler=account.show, needs=SIGNED_IN),
        Route(
            method="POST",
            path="/me/codes",
            handler=account.new_codes,
            needs=SIGNED_IN,
            proved=True,
        ),
        Route(
            method="POST",
            path="/me/sign-out-everywhere",
            handler=account.leave_everywhere,
            needs=SIGNED_IN,
        ),
        Route(method="POST", path="/taste", handler=taste.choose, needs=ANYBODY),
    ),
)
