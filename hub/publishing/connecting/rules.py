"""What may be typed into a channel's form, and the fixed words of a test post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.catalogue.models import Attribute, Item, ItemState
from hub.kernel.errors import InvalidInput, Words
from hub.organisations.models import Account, Body
from hub.publishing.connecting.models import Form, FormField, Trial

__all__ = ["entered", "made_anew", "trial_item"]

_LONGEST = 4_000


def entered(
    fields: Iterable[FormField], given: Mapping[str, str], *, held: Iterable[str] = ()
) -> dict[str, str]:
    """The values that say something, of fields that the channel has.

    What is `held` already may be left empty and keeps its value. Raises InvalidInput naming the
    field; the message never has what was typed.
    """
    known, kept = set(held), dict[str, str]()
    for one in fields:
        value = given.get(one.name, "").strip() or ("" if one.name in known else one.default)
        if len(value) > _LONGEST or "\0" in value:
            raise InvalidInput(
                Words(f"“{one.words.zh}”过长", f"'{one.words.en}' is too long"), field=one.name
            )
        if not value and one.required and one.name not in known:
            raise InvalidInput(
                Words(f"请填写“{one.words.zh}”", f"give '{one.words.en}'"),
                field=one.name,
                remedy=Words("在平台的管理后台查到后填写", "it stands on the platform's own pages"),
            )
        if value:
            kept[one.name] = value
    return kept


def made_anew(form: Form, held: Mapping[str, str]) -> dict[str, str]:
    """New values of what the platform is told; a key that can be rotated leaves its former one,
    so that what is under way is still read."""
    names = {one.name for one in form.credentials}
    made: dict[str, str] = {}
    for one in form.credentials:
        if one.made is None:
            continue
        made[one.name] = one.made()
        former = f"{one.name}_previous"
        if former in names and held.get(one.name):
            made[former] = held[one.name]
    return made


def trial_item(trial: Trial, account: Account, body: Body) -> Item:
    """A post's fixed words: nobody writes them, so nobody signs them. It is no item of the
    catalogue and never becomes one."""
    return Item(
        id=trial.id,
        body_id=account.body_id,
        external_key=trial.id,
        version=1,
        title="接入测试，请忽略",
        body=f"这是{body.name}接入本账号时由系统发出的测试信息，不是政府信息，请忽略。",
        issuer=body.name,
        attribute=Attribute.PROACTIVE,
        state=ItemState.DRAFT,
        entered_by=trial.by,
        entered_at=trial.at,
        content_hash="",
    )
