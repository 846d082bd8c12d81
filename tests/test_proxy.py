"""The proxy's file that operators are handed, in a real nginx before a real hub."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from app.serve import serving
from app.settings import Settings
from simulators.servers import free_port
from tests.publishers.certificates import make_certificate

FILE = Path(__file__).parent.parent / "deploy/nginx/gongkai.conf"
PUBLIC, STAFF = "www.example.gov.cn", "gongkai.internal.example.gov.cn"
AROUND = """
daemon off; {user} pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fast; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/site.conf;
}}
"""
INSIDE = "allow 10.0.0.0/8;"
Change = Callable[[str], str]

pytestmark = pytest.mark.proxy


@dataclass(slots=True)
class Proxy:
    """Somebody on this machine who asks it by its names."""

    port: int
    client: aiohttp.ClientSession

    async def ask(self, host: str, path: str, **headers: str) -> tuple[int, str]:
        url = URL(f"https://127.0.0.1:{self.port}{path}", encoded=True)  # exactly as it stands
        headers = {"Host": host, **headers}
        async with self.client.get(url, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def proxied(folder: Path, change: Change = lambda text: text) -> AsyncIterator[Proxy]:
    """The file as it is, but for ports, certificates and what `change` does to it."""
    home = folder / "home"
    settings = Settings(
        home=home, http_port=0, portal_proxies=1, console_https=True, site_url=f"https://{PUBLIC}"
    )
    certificate = make_certificate(folder)
    async with serving(settings) as hub:
        port = free_port()
        text = change(FILE.read_text("utf-8")).replace("listen 443", f"listen 127.0.0.1:{port}")
        text = text.replace("127.0.0.1:8080", hub.address.removeprefix("http://"))
        text = re.sub(r"/etc/gongkai/tls/\w+\.pem", str(certificate.file), text)
        text = re.sub(r"/etc/gongkai/tls/\w+\.key", str(folder / "key.pem"), text)
        (folder / "site.conf").write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
        trusting = ssl.create_default_context(cafile=certificate.file)
        connector = aiohttp.TCPConnector(ssl=trusting)
        async with nginx(folder), aiohttp.ClientSession(connector=connector) as client:
            proxy = Proxy(port, client)
            await until_listening(proxy)
            yield proxy


@asynccontextmanager
async def nginx(folder: Path) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        os.environ["GONGKAI_TEST_NGINX"], "-p", str(folder), "-c", str(folder / "nginx.conf")
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def until_listening(proxy: Proxy) -> None:
    for _ in range(500):
        try:
            await proxy.ask(PUBLIC, "/")
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(0.02)
        else:
            return
    raise TimeoutError("nginx does not listen")


async def test_the_public_reaches_what_is_public_and_staff_what_is_theirs(tmp_path: Path) -> None:
    def from_here(text: str) -> str:
        assert INSIDE in text
        return text.replace(INSIDE, "allow 127.0.0.0/8;")

    async with proxied(tmp_path, from_here) as proxy:
        public = ("/", "/api/v1/items", "/robots.txt")
        staff = ("/console/sign-in", "/api/staff/v1/items")
        operators = ("/metrics", "/healthz", "/readyz")
        for path in public:
            assert (await proxy.ask(PUBLIC, path))[0] == 200, path
            assert (await proxy.ask(STAFF, path))[0] == 404, path
        for path in staff:
            assert (await proxy.ask(STAFF, path))[0] in (200, 401), path
        for path in (
            *staff,
            *operators,
            "/%63onsole/sign-in",
            "//console/sign-in",
            "/i/../metrics",
        ):
            status, text = await proxy.ask(PUBLIC, path)
            assert (status, "nginx" in text) == (404, True), path
        for path in operators:
            assert (await proxy.ask(STAFF, path))[0] == 404, path


async def test_who_comes_from_outside_does_not_reach_the_console(tmp_path: Path) -> None:
    async with proxied(tmp_path) as proxy:
        assert (await proxy.ask(STAFF, "/console/sign-in"))[0] == 403
        forged = {"X-Forwarded-For": "10.1.2.3", "X-Real-IP": "10.1.2.3"}
        assert (await proxy.ask(STAFF, "/console/sign-in", **forged))[0] == 403
        assert (await proxy.ask(PUBLIC, "/"))[0] == 200
