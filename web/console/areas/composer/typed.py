"""The composer's fields: made from a draft, and read back exactly as they were typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hub.catalogue.drafting.models import Draft, Typed
from hub.catalogue.variants.models import Variant
from hub.organisations.models import Account
from web.console.call import Call

__all__ = ["Slot", "number", "read_typed", "slots_of"]

_MOST = 400
_SIGN = "/"  # between channel and account in a field's key


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The fields of one variant. `account` is None for a channel's, `known` whether the account
    can still be found."""

    key: str
    variant: Variant
    account: Account | None = None

    @property
    def written(self) -> bool:
        return not self.variant.empty


def read_typed(call: Call) -> Typed:
    """What was sent; line ends as we keep them, and nothing else changed."""
    variants = []
    for n in range(_MOST):
        key = call.text(f"key-{n}")
        if not key:
            break
        channel, _, account = key.partition(_SIGN)
        one = Variant(
            channel=channel[:64],
            account_id=account[:26],
            title=_lines(call, f"title-{n}"),
            summary=_lines(call, f"summary-{n}"),
            body=_lines(call, f"body-{n}"),
            cover=call.text(f"cover-{n}")[:64],
        )
        if not one.empty:
            variants.append(one)
    return Typed(
        title=_lines(call, "title"),
        summary=_lines(call, "summary"),
        body=_lines(call, "body"),
        variants=tuple(variants),
    )


def slots_of(draft: Draft, channels: Iterable[str], own: Iterable[Account]) -> list[Slot]:
    """One for each channel, and one for each account that has words of its own or is in `own`."""
    held = {(one.channel, one.account_id): one for one in draft.typed.variants}
    accounts = {account.id: account for account in own}
    wanted = dict.fromkeys((channel, "") for channel in channels)
    wanted |= dict.fromkeys(held)
    wanted |= dict.fromkeys((account.channel, account.id) for account in accounts.values())
    return [
        Slot(
            key=channel + (_SIGN + account_id if account_id else ""),
            variant=held.get((channel, account_id))
            or Variant(channel=channel, account_id=account_id),
            account=accounts.get(account_id),
        )
        for channel, account_id in sorted(wanted)
    ]


def number(text: str) -> int:
    """A whole number that was sent with a form; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _lines(call: Call, name: str) -> str:
    return call.text(name).replace("\r\n", "\n").replace("\r", "\n")
