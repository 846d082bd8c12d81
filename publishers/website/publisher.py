"""The outlet: file work in threads, one writer per folder, every ending in our words."""

from __future__ import annotations

import asyncio
import errno
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Words
from hub.publishing.errors import Busy, DeliveryError, Rejected
from hub.publishing.models import Part
from hub.publishing.ports import Accepted, Access, Finding, Job, Verdict
from publishers.limits import problems
from publishers.website.declaration import DECLARATION
from publishers.website.disk import Disk
from publishers.website.entries import Entry, Page, media_name, page_name, page_of
from publishers.website.site import Held, Site
from publishers.wire import Wire

__all__ = ["WebsiteOutlet"]

T = TypeVar("T")

_POLL_S = 0.02
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_MOST_SITES = 1024


class WebsiteOutlet:
    """Implements hub.publishing.ports.Outlet without the wire: the platform is a folder."""

    def __init__(self, wire: Wire, clock: Clock, disk: Disk | None = None) -> None:
        self.declaration = DECLARATION
        self._clock = clock
        self._disk = disk or Disk()
        self._sites: dict[tuple[Path, str, str], Site] = {}
        self._turns: dict[Path, asyncio.Lock] = {}

    async def deliver(self, job: Job) -> Accepted:
        site = self._site(job.access)
        _check(job.part)
        entry, content = page_of(job.part, _public(job.access), job.started_at or self._clock.now())
        pictures = {media_name(ref): await _picture(job, ref.sha256) for ref in job.part.media}
        if pictures:
            await job.checkpoint(job.progress)  # reading took time: is the lease still ours?
        page = Page(entry=entry, content=content, pictures=pictures)
        written = await self._exclusively(site, lambda: site.publish(page, self._clock.now()))
        return Accepted(
            remote_id=written.path,
            url=f"{_public(job.access)}/{written.path}",
            receipt={"sha256": written.sha256, "media": list(written.media)},
        )

    async def reach(self, access: Access) -> str:
        """`Reaching`: the site's folder, once its lock could be taken in it."""
        site = self._site(access)
        return await self._exclusively(site, lambda: str(site.root))

    async def amend(self, job: Job) -> Accepted:
        if job.remote_id and job.remote_id != f"i/{page_name(job.part.link)}.html":
            raise Rejected(
                Words("更正稿的地址与原页不同", "the correction has another address"),
                field="link",
                remedy=Words("撤回原页后重新发布", "withdraw the page and publish again"),
            )
        return await self.deliver(job)

    async def reconcile(self, job: Job) -> Finding:
        """FOUND with the page's hash as proof. Anything less is ABSENT: half a publication is
        finished by doing it again, which changes nothing that is already right."""
        finding = await self.verify(job)
        if finding.verdict is Verdict.FOUND and finding.same:
            return finding
        return Finding(verdict=Verdict.ABSENT, detail=finding.detail)

    async def verify(self, job: Job) -> Finding:
        site, name = self._site(job.access), page_name(job.part.link or job.remote_id)
        entry, _ = page_of(job.part, _public(job.access), self._clock.now())
        return await self._in_thread(lambda: _looked_up(site, name, entry, _public(job.access)))

    async def withdraw(self, job: Job) -> None:
        site, name = self._site(job.access), page_name(job.remote_id)
        await self._exclusively(site, lambda: site.withdraw(name, self._clock.now()))

    async def close(self) -> None:
        self._sites.clear()

    def _site(self, access: Access) -> Site:
        root = Path(str(access.settings.get("root") or access.handle))
        if not root.is_absolute():
            raise Rejected(
                Words("网站目录应为绝对路径", "the site's folder must be an absolute path"),
                platform_code="bad-root",
                field="root",
                remedy=Words("在账号设置中填写 root", "set `root` in the account's settings"),
            )
        key = (root, _public(access), str(access.settings.get("title") or ""))
        if len(self._sites) >= _MOST_SITES:
            self._sites.clear()
        return self._sites.setdefault(key, Site(*key, disk=self._disk))

    async def _exclusively(self, site: Site, work: Callable[[], T]) -> T:
        """In turn within this process, by polling the folder's lock between processes."""
        try:
            async with asyncio.timeout(self.declaration.call_timeout.total_seconds()):
                async with self._turns.setdefault(site.root, asyncio.Lock()):
                    while True:
                        try:
                            return await self._in_thread(lambda: site.exclusively(work))
                        except Held:
                            await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise Busy(
                Words("网站目录正被占用", "another writer holds the site's folder"),
                platform_code="locked",
                remedy=Words("将自动重试", "it is tried again"),
            ) from None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise _of_the_disk(error) from error
        except msgspec.DecodeError as error:
            raise Busy(
                Words("网站索引文件已损坏", "a file of the site's index is damaged"),
                platform_code="bad-entry",
                remedy=Words("从备份恢复 .site/items", "restore .site/items from a backup"),
            ) from error


def _looked_up(site: Site, name: str, expected: Entry, public: str) -> Finding:
    """What visitors get under `name`, and whether it is wholly what was signed."""
    page, entry = site.page(name), site.entry(name)
    if page is None or (entry is not None and entry.withdrawn):
        gone = entry is not None
        return Finding(
            verdict=Verdict.GONE if gone else Verdict.ABSENT,
            detail=str(Words("网页不在", "the page is not there")),
        )
    listed = entry is not None and entry.sha256 == expected.sha256 and not site.pending(name)
    same = hashlib.sha256(page).hexdigest() == expected.sha256 and listed
    for picture in expected.media if same else ():
        content = site.picture(picture) or b""
        same = same and picture.startswith(hashlib.sha256(content).hexdigest())
    return Finding(
        verdict=Verdict.FOUND,
        remote_id=expected.path,
        url=f"{public}/{expected.path}",
        same=same,
        detail="" if same else str(Words("与签发的不同", "it differs from what was signed")),
        receipt={"sha256": hashlib.sha256(page).hexdigest()},
    )


def _check(part: Part) -> None:
    """A folder refuses nothing, so the declared limits are this channel's own to keep."""
    for problem in problems([part], DECLARATION):
        raise Rejected(
            problem.words, platform_code="limits", field=problem.field, remedy=problem.remedy
        )


async def _picture(job: Job, sha256: str) -> bytes:
    try:
        return await job.media.read(sha256)
    except NotFound as error:
        raise Rejected(
            Words(f"图片 {sha256[:12]} 不在素材库", f"picture {sha256[:12]} is missing"),
            field="media",
            remedy=Words("重新上传图片并送审", "upload the picture again and have it approved"),
        ) from error


def _public(access: Access) -> str:
    """The site's public address, without a trailing slash."""
    path = str(access.settings.get("path") or "").strip("/")
    return access.base_url.rstrip("/") + (f"/{path}" if path else "")


def _of_the_disk(error: OSError) -> DeliveryError:
    """A repeat is harmless, so whatever the disk refused is simply done again later."""
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    if error.errno in _FULL:
        words = Words("磁盘已满，网页未写完", "the disk is full, the page was not finished")
        remedy = Words("腾出空间；将自动重试", "free some space; it is tried again")
    else:
        words = Words(f"网站目录无法写入（{name}）", f"the site's folder refuses ({name})")
        remedy = Words("检查目录是否存在及其权限", "check that the folder exists and its rights")
    return Busy(words, platform_code=name, remedy=remedy, field="root")
