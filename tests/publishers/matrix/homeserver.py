"""Synapse, the homeserver that most of Matrix runs on, in a folder of a test: SQLite, no
federation, users by the shared secret."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from simulators.servers import free_port
from tests.others import serving

__all__ = ["Homeserver", "Member", "prepare", "running"]

SERVER = "gongkai.test"
_SECRET = "registration shared secret of a test"
_PASSWORD = "password of a test"
_PATIENCE_S = 110.0  # it takes six seconds on an idle machine
_CALL_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A user signed in on one device, and a room that is theirs."""

    user: str
    device: str
    token: str
    room: str
    alias: str


@dataclass(frozen=True, slots=True)
class Homeserver:
    """A running Synapse, spoken to as its own clients do."""

    url: str

    def member(self, name: str, device: str = "GONGKAI", *, limited: bool = False) -> Member:
        """A new user, signed in, in a public room of their own; `limited`: with the default
        rates of a user, of which the others are freed."""
        self._register(name)
        user = f"@{name}:{SERVER}"
        if not limited:
            self.free(user)
        token = self.sign_in(name, device)
        wanted = {"preset": "public_chat", "room_alias_name": name, "name": "政务公开"}
        room = self.call("POST", "/_matrix/client/v3/createRoom", token, wanted)["room_id"]
        return Member(user=user, device=device, token=token, room=room, alias=f"#{name}:{SERVER}")

    def free(self, user: str) -> None:
        """Lift the rates of a user, as an administrator does for a bot."""
        admin = self._register(f"admin-{secrets.token_hex(8)}", admin=True)
        path = f"/_synapse/admin/v1/users/{quote(user)}/override_ratelimit"
        self.call("POST", path, admin, {})

    def sign_in(self, name: str, device: str) -> str:
        """A new token of that device, by password."""
        wanted = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": name},
            "password": _PASSWORD,
            "device_id": device,
        }
        return str(self.call("POST", "/_matrix/client/v3/login", "", wanted)["access_token"])

    def events(self, member: Member, kind: str = "m.room.message") -> list[dict[str, Any]]:
        """What the room holds of that kind, oldest first."""
        path = f"/_matrix/client/v3/rooms/{quote(member.room)}/messages?dir=f&limit=1000"
        chunk = self.call("GET", path, member.token)["chunk"]
        return [event for event in chunk if event["type"] == kind]

    def call(
        self, method: str, path: str, token: str = "", body: Mapping[str, Any] | None = None
    ) -> Any:
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_CALL_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{method} {path}: {error.read().decode()}") from None

    def _register(self, name: str, *, admin: bool = False) -> str:
        path = "/_synapse/admin/v1/register"
        nonce = self.call("GET", path)["nonce"]
        role = "admin" if admin else "notadmin"
        said = "\0".join((nonce, name, _PASSWORD, role)).encode()
        mac = hmac.new(_SECRET.encode(), said, hashlib.sha1).hexdigest()
        wanted = {"nonce": nonce, "username": name, "password": _PASSWORD, "admin": admin}
        return str(self.call("POST", path, body={**wanted, "mac": mac})["access_token"])


def prepare(folder: Path) -> int:
    """Write the settings of a homeserver with Synapse's own defaults; the port it will have."""
    port = free_port()
    logging = {"version": 1, "root": {"level": "WARNING"}, "disable_existing_loggers": False}
    (folder / "log.json").write_text(json.dumps(logging))
    listener = {"port": port, "type": "http", "tls": False, "bind_addresses": ["127.0.0.1"]}
    seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    settings = {
        "server_name": SERVER,
        "pid_file": str(folder / "homeserver.pid"),
        "listeners": [{**listener, "resources": [{"names": ["client", "media"]}]}],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "log_config": str(folder / "log.json"),
        "media_store_path": str(folder / "media"),
        "registration_shared_secret": _SECRET,
        "signing_key": f"ed25519 a_test {seed}",
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "report_stats": False,
        "trusted_key_servers": [],
        # the tests sign in often, and all from one address
        "rc_login": {"address": {"per_second": 1000, "burst_count": 1000}},
    }
    (folder / "homeserver.yaml").write_text(json.dumps(settings))  # JSON is YAML
    return port


@contextlib.contextmanager
def running(folder: Path, port: int) -> Iterator[Homeserver]:
    """The prepared homeserver; the same one again for the same folder."""
    url = f"http://127.0.0.1:{port}"
    words = ("-m", "synapse.app.homeserver", "--config-path", str(folder / "homeserver.yaml"))
    health = f"{url}/_matrix/client/versions"
    with serving(*words, url=health, cwd=folder, patience_s=_PATIENCE_S):
        yield Homeserver(url)
