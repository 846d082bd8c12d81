"""One IMAP conversation of the simulated server, by RFC 3501 and strict about it.

Commands: CAPABILITY, NOOP, LOGIN, EXAMINE, SELECT, UID SEARCH (ALL, UID, SINCE), UID FETCH
(BODY.PEEK with a partial), LOGOUT. What is out of order or malformed is BAD; a mailbox is found by
who logged in.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

__all__ = ["Letter", "Mailbox", "Office", "Reading"]

_COMMAND = re.compile(rb"([A-Za-z0-9]{1,20}) ([A-Za-z]+(?: (?:SEARCH|FETCH))?)(?: (.*))?\r\n")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"(){%*\\\]]+)')
_FETCH = re.compile(r"([0-9]+) \(BODY\.PEEK\[\]<0\.([0-9]+)>\)")
_SINCE = re.compile(r"SINCE ([0-9]{1,2}-[A-Z][a-z]{2}-[0-9]{4})")
_RANGE = re.compile(r"UID ([0-9]+):\*")


@dataclass(frozen=True, slots=True)
class Letter:
    uid: int
    at: datetime
    raw: bytes


@dataclass(slots=True)
class Mailbox:
    """A folder INBOX. `validity` changes where it is made anew; `oversized` announces a body that
    is larger than was asked for."""

    validity: int = 7
    next: int = 1
    letters: list[Letter] = field(default_factory=list)
    oversized: bool = False
    opened: list[str] = field(default_factory=list)  # how: EXAMINE changes nothing, SELECT may


class Office(Protocol):
    def log_in(self, user: str, password: str) -> bool: ...
    def mailbox(self, user: str) -> Mailbox: ...


class Reading:
    """Reads commands and answers them until the client leaves."""

    def __init__(
        self, office: Office, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._office = office
        self._reader = reader
        self._writer = writer
        self._user = ""
        self._mailbox: Mailbox | None = None

    async def run(self) -> None:
        try:
            await self._say("* OK IMAP4rev1 ready")
            while await self._command():
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._writer.close()

    async def _command(self) -> bool:
        given = _COMMAND.fullmatch(await self._reader.readuntil(b"\r\n"))
        if given is None:
            await self._say("* BAD malformed command")
            return True
        tag, verb = given[1].decode(), given[2].decode().upper()
        rest = (given[3] or b"").decode("utf-8", "replace")
        match verb:
            case "CAPABILITY":
                await self._say("* CAPABILITY IMAP4rev1")
                end = "OK done"
            case "NOOP":
                end = "OK done"
            case "LOGIN":
                end = self._log_in(rest)
            case "EXAMINE" | "SELECT":
                end = await self._open(verb, rest)
            case "UID SEARCH":
                end = await self._search(rest)
            case "UID FETCH":
                end = await self._fetch(rest)
            case "LOGOUT":
                await self._say("* BYE")
                end = "OK done"
            case _:
                end = "BAD unknown command"
        await self._say(f"{tag} {end}")
        return verb != "LOGOUT"

    def _log_in(self, rest: str) -> str:
        words = [one[0] or one[1] for one in _QUOTED.findall(rest)]
        if self._user or len(words) != 2:
            return "BAD LOGIN user password, once"
        user, password = (re.sub(r"\\(.)", r"\1", word) for word in words)
        if not self._office.log_in(user, password):
            return "NO [AUTHENTICATIONFAILED] invalid credentials"
        self._user = user
        return "OK logged in"

    async def _open(self, verb: str, rest: str) -> str:
        if not self._user:
            return "BAD log in first"
        if rest.strip('"') != "INBOX":
            return "NO [NONEXISTENT] no such mailbox"
        self._mailbox = box = self._office.mailbox(self._user)
        box.opened.append(verb)
        await self._say(f"* {len(box.letters)} EXISTS")
        await self._say("* 0 RECENT")
        await self._say("* FLAGS (\\Seen)")
        await self._say(f"* OK [UIDVALIDITY {box.validity}] valid")
        await self._say(f"* OK [UIDNEXT {box.next}] next")
        return f"OK [{'READ-ONLY' if verb == 'EXAMINE' else 'READ-WRITE'}] opened"

    async def _search(self, rest: str) -> str:
        if self._mailbox is None:
            return "BAD open a mailbox first"
        letters: Sequence[Letter] = self._mailbox.letters
        if since := _SINCE.fullmatch(rest):
            first = datetime.strptime(since[1], "%d-%b-%Y").date()
            letters = [one for one in letters if one.at.date() >= first]
        elif asked := _RANGE.fullmatch(rest):
            # n:* is the last one, too, where it stands before n
            low = int(asked[1])
            letters = [one for one in letters if one.uid >= low] or letters[-1:]
        elif rest != "ALL":
            return "BAD unknown search"
        found = "".join(f" {one.uid}" for one in letters)
        await self._say(f"* SEARCH{found}")
        return "OK done"

    async def _fetch(self, rest: str) -> str:
        box, asked = self._mailbox, _FETCH.fullmatch(rest)
        if box is None or asked is None:
            return "BAD unknown fetch"
        for place, letter in enumerate(box.letters, 1):
            if letter.uid == int(asked[1]):
                raw = letter.raw[: int(asked[2])]
                size = 2**31 if box.oversized else len(raw)
                self._writer.write(
                    f"* {place} FETCH (UID {letter.uid} BODY[]<0> {{{size}}}\r\n".encode()
                )
                self._writer.write(raw + b")\r\n")
        return "OK done"

    async def _say(self, words: str) -> None:
        self._writer.write(words.encode() + b"\r\n")
        await self._writer.drain()
