"""What citizens hold in their hands: one way of writing on each simulated platform, and of reading
what came back. A handset knows the platform and the account, never the hub's database."""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from publishers.mastodon.simulator import Platform as Mastodon
from publishers.telegram.simulator import Platform as Telegram
from publishers.telegram.simulator_chats import Message
from publishers.wechat.simulator import Platform as WeChat
from publishers.wechat.simulator_chat import say, text_xml
from publishers.weibo.simulator import Platform as Weibo
from simulators.citizens.models import Citizen, Door, Purpose, Saying, Spot

__all__ = ["Addresses", "Handset", "handsets"]

_WEIBO_FROM, _TELEGRAM_FROM = 6_100_000_000, 880_000_000
_ENTRY = re.compile(r"^\[(.+)\]$", re.MULTILINE)
# whose account it is (a body's code), by channel
Addresses = Mapping[tuple[str, str], Spot]


class Handset(Protocol):
    async def say(self, citizen: Citizen, saying: Saying) -> None:
        """Write it; returns when the platform has taken it, or has delivered it."""
        ...

    def news(self) -> Iterator[tuple[int, str]]:
        """What citizens got to read since the last call: whose, and the text."""
        ...


class _Reading(ABC):
    """Reads lists that grow on a platform."""

    def __init__(self, spots: Addresses, hub: str) -> None:
        self._spots = spots
        self._hub = hub
        self._read: dict[str, int] = {}
        self._whose: dict[str, int] = {}

    @abstractmethod
    def _said_to(self, key: str) -> list[str]:
        """Everything that was said under a key, oldest first."""

    def news(self) -> Iterator[tuple[int, str]]:
        for key, number in list(self._whose.items()):
            said = self._said_to(key)
            seen = self._read.get(key, 0)
            if len(said) > seen:
                self._read[key] = len(said)
                yield from ((number, text) for text in said[seen:])

    def _inbox(self, channel: str, citizen: Citizen) -> tuple[Spot, str]:
        spot = self._spots[channel, citizen.body]
        return spot, f"{self._hub}/inbox/{channel}/{spot.account_id}"


class OnWeChat(_Reading):
    """Followers of an official account, whose platform seals what it delivers."""

    def __init__(self, spots: Addresses, hub: str, platform: WeChat) -> None:
        super().__init__(spots, hub)
        self._platform = platform
        self._chats: dict[str, tuple[str, str]] = {}

    async def say(self, citizen: Citizen, saying: Saying) -> None:
        spot, url = self._inbox("wechat", citizen)
        app, openid = self._platform.account(spot.handle), f"oC1t1zen{citizen.number:020d}"
        self._chats[openid] = (spot.handle, openid)
        self._whose[openid] = citizen.number
        message = text_xml(app, openid, saying.text, self._platform.now())
        await say(self._platform, app, openid, message, url=url, cut_after=saying.cut_after)

    def _said_to(self, key: str) -> list[str]:
        handle, openid = self._chats[key]
        chat = self._platform.account(handle).chats.get(openid)
        return [_numbered(text) for _, text in chat.said] if chat else []


def _numbered(text: str) -> str:
    """A menu's entries, which the platform shows in brackets, by the numbers that people type."""
    numbers = itertools.count(1)
    return _ENTRY.sub(lambda entry: f"{next(numbers)}. {entry[1]}", text)


class OnWeibo(_Reading):
    """Fans: in messages that are pushed, in comments and mentions that are asked for."""

    def __init__(self, spots: Addresses, hub: str, platform: Weibo, door: Door) -> None:
        super().__init__(spots, hub)
        self._platform = platform
        self._door = door

    async def say(self, citizen: Citizen, saying: Saying) -> None:
        spot, url = self._inbox("weibo", citizen)
        fan = str(_WEIBO_FROM + citizen.number)
        if self._door is Door.WEIBO_MESSAGE:
            self._whose[fan] = citizen.number
            await self._platform.fan_says(
                url, spot.uid, fan, text=saying.text, cut_after=saying.cut_after
            )
            return
        if self._door is Door.WEIBO_MENTION:
            number = self._platform.fan_mentions(
                spot.uid, fan, f"@{spot.handle} {saying.text}", twice=saying.twice
            )
        else:
            under = self._post_of(spot)
            number = self._platform.fan_comments(
                spot.uid, fan, saying.text, under, twice=saying.twice
            )
        self._whose[str(number)] = citizen.number

    def _post_of(self, spot: Spot) -> int:
        """The account's newest post: what people comment on."""
        own = [post for post in self._platform.shown() if post.account == spot.handle]
        return int(own[-1].remote_id)

    def _said_to(self, key: str) -> list[str]:
        return self._platform.said.get(key, [])


class OnTelegram(_Reading):
    def __init__(self, spots: Addresses, hub: str, platform: Telegram) -> None:
        super().__init__(spots, hub)
        self._platform = platform
        self._chats: dict[str, Any] = {}

    async def say(self, citizen: Citizen, saying: Saying) -> None:
        spot = self._spots["telegram", citizen.body]
        bot = self._platform.bot_of(spot.handle)
        chat = self._platform.private(bot, _TELEGRAM_FROM + citizen.number)
        self._chats[str(chat.id)] = chat
        self._whose[str(chat.id)] = citizen.number
        if saying.purpose is Purpose.FOLLOW:
            buttons = [one.buttons for one in chat.messages.values() if one.buttons]
            _, data = buttons[-1][int(saying.text) - 1]
            await self._platform.updates.press(bot, chat, data)
            return
        now = int(self._platform.clock.now().timestamp())
        await self._platform.updates.say(bot, chat, now, text=saying.text, twice=saying.twice)

    def _said_to(self, key: str) -> list[str]:
        return [_with_buttons(message) for message in self._chats[key].messages.values()]


def _with_buttons(message: Message) -> str:
    """The text with its buttons below, numbered as other platforms show choices."""
    labels = [f"{number}. {label}" for number, (label, _) in enumerate(message.buttons, 1)]
    return "\n".join((message.body.text, *labels))


class OnMastodon:
    """Citizens of another server, who mention an account and read what answers them."""

    def __init__(self, spots: Addresses, platform: Mastodon) -> None:
        self._spots = spots
        self._platform = platform
        self._read = platform.written
        self._whose: dict[str, int] = {}
        self._names: dict[str, int] = {}

    async def say(self, citizen: Citizen, saying: Saying) -> None:
        spot = self._spots["mastodon", citizen.body]
        name = f"citizen{citizen.number}@social.example"
        self._names[f"@{name} "] = citizen.number
        number = self._platform.mention(spot.handle, name, saying.text, twice=saying.twice)
        self._whose[number] = citizen.number

    def news(self) -> Iterator[tuple[int, str]]:
        found = self._platform.posts_after(self._read)
        self._read += len(found)
        for status in found:
            named = status.text.partition(" ")
            number = self._whose.get(status.in_reply_to)
            if number is None:
                number = self._names.get(f"{named[0]} ")
            if number is not None:
                yield number, named[2]


def handsets(platforms: Mapping[str, Any], spots: Addresses, hub: str) -> dict[Door, Handset]:
    """One of every way but the page of our own."""
    weibo = platforms["weibo"]
    return {
        Door.WECHAT: OnWeChat(spots, hub, platforms["wechat"]),
        Door.TELEGRAM: OnTelegram(spots, hub, platforms["telegram"]),
        Door.MASTODON: OnMastodon(spots, platforms["mastodon"]),
        **{
            door: OnWeibo(spots, hub, weibo, door)
            for door in (Door.WEIBO_MESSAGE, Door.WEIBO_COMMENT, Door.WEIBO_MENTION)
        },
    }
