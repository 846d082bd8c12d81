"""Accounts: the register, how each stands, when it has to be authorised anew, what is left."""

from __future__ import annotations

from hub.kernel.errors import Words
from web.console.area import READING, SUPERVISING, Area, Handler, Route
from web.console.areas.accounts import connecting, exporting, lists, one, trying
from web.console.governing import ADMINISTERING
from web.console.looking import OPERATING_BOARDS

__all__ = ["AREA"]

_CONNECT, _TEST = "/accounts/{id}/connect", "/accounts/{id}/tests/{test}"


def _administer(method: str, path: str, handler: Handler, *, proved: bool = False) -> Route:
    return Route(method=method, path=path, handler=handler, needs=ADMINISTERING, proved=proved)


AREA = Area(
    name="accounts",
    title=Words("账号", "Accounts"),
    home="/accounts",
    icon="accounts",
    place=70,
    needs=READING,
    routes=(
        Route(method="GET", path="/accounts", handler=lists.register, needs=READING),
        Route(method="GET", path="/accounts/export", handler=exporting.export, needs=READING),
        Route(method="GET", path="/accounts/liveness", handler=lists.liveness, needs=READING),
        _administer("GET", "/accounts/connect", connecting.pick),
        _administer("GET", "/accounts/connect/{channel}", connecting.ask, proved=True),
        _administer("POST", "/accounts/connect/{channel}", connecting.enter, proved=True),
        _administer("GET", _CONNECT, trying.shown),
        _administer("GET", f"{_CONNECT}/renew", connecting.ask_again, proved=True),
        _administer("POST", f"{_CONNECT}/renew", connecting.renew, proved=True),
        _administer("GET", f"{_CONNECT}/callback", connecting.ask_callback, proved=True),
        _administer("POST", f"{_CONNECT}/callback", connecting.make_callback, proved=True),
        _administer("POST", f"{_CONNECT}/check", trying.check),
        _administer("GET", f"{_CONNECT}/test", trying.ask, proved=True),
        _administer("POST", f"{_CONNECT}/test", trying.send, proved=True),
        _administer("POST", f"{_TEST}/settle", trying.settle),
        _administer("POST", f"{_TEST}/seen", trying.seen),
        _administer("POST", f"{_TEST}/withdraw", trying.withdraw),
        Route(method="GET", path="/accounts/{id}", handler=one.shown, needs=READING),
        Route(
            method="POST", path="/accounts/{id}/pause", handler=one.pause, needs=OPERATING_BOARDS
        ),
        Route(
            method="POST", path="/accounts/{id}/resume", handler=one.resume, needs=OPERATING_BOARDS
        ),
        Route(
            method="POST",
            path="/accounts/{id}/release",
            handler=one.release,
            needs=OPERATING_BOARDS,
        ),
        Route(method="POST", path="/accounts/{id}/filing", handler=one.filing, needs=SUPERVISING),
    ),
)
