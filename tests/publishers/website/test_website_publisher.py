from __future__ import annotations

import asyncio
import contextlib
import fcntl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.kernel.clock import ManualClock
from hub.kernel.errors import InvalidInput
from hub.publishing.errors import Busy, Rejected
from hub.publishing.models import Part
from hub.publishing.ports import Verdict
from publishers.contract import Source
from publishers.website import CHANNEL
from publishers.website.publisher import WebsiteOutlet
from publishers.website.simulator import Platform
from publishers.wire import Wire

Job = Callable[..., Any]
Files = Callable[[Path], dict[str, bytes]]


def stamps(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in root.rglob("*.xml")}


def public_text(root: Path) -> str:
    return "".join(path.read_text() for path in root.rglob("*.*ml"))


def is_empty(folder: Path) -> bool:
    return not list(folder.iterdir())


@contextlib.contextmanager
def held(lock: Path) -> Iterator[None]:
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


async def test_a_page_is_public_listed_and_in_every_feed(
    outlet: WebsiteOutlet, platform: Platform, job: Job, root: Path
) -> None:
    accepted = await outlet.deliver(job())
    [post] = platform.shown()
    assert (post.title, post.state) == ("关于放假的通知", "public")
    assert accepted.remote_id == post.remote_id == "i/item-1.html"
    assert accepted.url == f"https://gov.example/{root.name}/i/item-1.html"
    for name in ("index.html", "feed.xml", "atom.xml", "list/2026-03.html"):
        assert "关于放假的通知" in (root / name).read_text(), name


async def test_pictures_are_stored_by_their_content_and_cited_relatively(
    outlet: WebsiteOutlet, platform: Platform, job: Job, root: Path, pictures: Any
) -> None:
    picture = pictures.add(b"png 1")
    await outlet.deliver(job(media=(picture,)))
    assert f'src="../media/{picture.sha256}.png"' in (root / "i/item-1.html").read_text()
    assert (root / f"media/{picture.sha256}.png").read_bytes() == b"png 1"
    assert [post.pictures for post in platform.shown()] == [1]


async def test_what_other_machines_read_has_the_whole_address(
    outlet: WebsiteOutlet, job: Job, root: Path, pictures: Any
) -> None:
    picture = pictures.add(b"png 1")
    task = job(media=(picture,))
    meta = f'<meta property="og:image" content="cid:{picture.sha256}"/></head>'
    task.part = replace(task.part, text=task.part.text.replace("</head>", meta))
    await outlet.deliver(task)
    whole = f'content="https://gov.example/{root.name}/media/{picture.sha256}.png"'
    assert whole in (root / "i/item-1.html").read_text()


async def test_delivering_twice_changes_no_file(
    outlet: WebsiteOutlet, clock: ManualClock, job: Job, root: Path, files: Files
) -> None:
    await outlet.deliver(job())
    before = files(root)
    before_stamps = stamps(root)
    clock.advance(3600)
    await outlet.deliver(job())
    assert files(root) == before
    assert stamps(root) == before_stamps


async def test_reconciling_proves_presence_by_the_hash_and_absence_by_the_folder(
    outlet: WebsiteOutlet, job: Job, root: Path
) -> None:
    assert (await outlet.reconcile(job())).verdict is Verdict.ABSENT
    await outlet.deliver(job())
    found = await outlet.reconcile(job())
    assert (found.verdict, found.remote_id, found.same) == (Verdict.FOUND, "i/item-1.html", True)
    (root / "i/item-1.html").write_text("changed")
    assert (await outlet.reconcile(job())).verdict is Verdict.ABSENT


async def test_verifying_compares_page_and_pictures_byte_by_byte(
    outlet: WebsiteOutlet, job: Job, root: Path, pictures: Any
) -> None:
    task = job(media=(pictures.add(b"png 1"),), remote_id="i/item-1.html")
    await outlet.deliver(task)
    assert (await outlet.verify(task)).same is True
    next((root / "media").iterdir()).write_bytes(b"png 2")
    assert (await outlet.verify(task)).same is False
    (root / "i/item-1.html").unlink()
    assert (await outlet.verify(task)).verdict is Verdict.GONE


async def test_a_correction_replaces_the_page_and_is_dated_but_not_published_anew(
    outlet: WebsiteOutlet, clock: ManualClock, platform: Platform, job: Job, root: Path
) -> None:
    first = await outlet.deliver(job(title="旧标题"))
    clock.advance(40 * 86400)
    second = await outlet.amend(job(title="新标题", remote_id=first.remote_id, published=None))
    assert second.remote_id == first.remote_id
    [post] = platform.shown()
    assert (post.title, post.at) == ("新标题", clock.now())
    assert "旧标题" not in (root / "feed.xml").read_text()
    assert "Sun, 01 Mar 2026" in (root / "feed.xml").read_text()


async def test_a_correction_cannot_move_to_another_address(outlet: WebsiteOutlet, job: Job) -> None:
    with pytest.raises(Rejected, match="撤回原页"):
        await outlet.amend(job("item-2", remote_id="i/item-1.html"))


async def test_withdrawing_leaves_a_page_that_says_so_and_nothing_else(
    outlet: WebsiteOutlet, platform: Platform, job: Job, root: Path, pictures: Any
) -> None:
    shared, own = pictures.add(b"shared"), pictures.add(b"own")
    await outlet.deliver(job(media=(shared, own)))
    await outlet.deliver(job("item-2", title="另一份", media=(shared,)))
    for _ in range(2):
        await outlet.withdraw(job(remote_id="i/item-1.html"))
    states = {post.remote_id: (post.state, post.title) for post in platform.shown()}
    assert states == {
        "i/item-1.html": ("withdrawn", "已撤回"),
        "i/item-2.html": ("public", "另一份"),
    }
    assert [path.name for path in (root / "media").iterdir()] == [f"{shared.sha256}.png"]
    assert "关于放假的通知" not in public_text(root)
    finding = await outlet.verify(job(remote_id="i/item-1.html"))
    assert finding.verdict is Verdict.GONE


async def test_withdrawing_the_only_page_leaves_empty_valid_lists(
    outlet: WebsiteOutlet, platform: Platform, job: Job, root: Path
) -> None:
    await outlet.deliver(job())
    await outlet.withdraw(job(remote_id="i/item-1.html"))
    assert [post.state for post in platform.shown()] == ["withdrawn"]
    assert list((root / "sitemaps").iterdir()) == []


async def test_withdrawing_what_never_was_is_done(
    outlet: WebsiteOutlet, platform: Platform, job: Job
) -> None:
    await outlet.withdraw(job(remote_id="i/item-1.html"))
    assert platform.shown() == []


async def test_a_correction_drops_pictures_that_no_page_shows_any_longer(
    outlet: WebsiteOutlet, job: Job, root: Path, pictures: Any
) -> None:
    await outlet.deliver(job(media=(pictures.add(b"old"),)))
    await outlet.amend(job(media=(pictures.add(b"new"),)))
    assert [path.read_bytes() for path in (root / "media").iterdir()] == [b"new"]


async def test_feeds_hold_the_newest_fifty_and_the_sitemap_all(
    outlet: WebsiteOutlet, platform: Platform, job: Job, root: Path
) -> None:
    start = datetime.fromisoformat("2026-01-05T08:00:00+08:00")
    for number in range(53):
        day = start + timedelta(days=number)
        await outlet.deliver(job(f"item-{number}", title=f"第{number}号", published=day))
    assert len(platform.shown()) == 53
    feed = (root / "feed.xml").read_text()
    assert feed.count("<item>") == 50
    assert feed.index("第52号") < feed.index("第3号")
    assert "第2号<" not in feed
    assert sorted(path.stem for path in (root / "list").iterdir()) == ["2026-01", "2026-02"]


async def test_twenty_deliveries_at_once_from_two_processes_worth_of_outlets_all_land(
    outlet: WebsiteOutlet, wire: Wire, clock: ManualClock, platform: Platform, job: Job
) -> None:
    other = WebsiteOutlet(wire, clock)
    await asyncio.gather(
        *((outlet, other)[n % 2].deliver(job(f"item-{n}", title=f"第{n}号")) for n in range(20))
    )
    assert sorted(post.title for post in platform.shown()) == sorted(f"第{n}号" for n in range(20))


async def test_a_folder_that_another_writer_holds_is_busy_after_the_timeout(
    outlet: WebsiteOutlet, job: Job, root: Path
) -> None:
    await outlet.deliver(job())
    patient = outlet.declaration
    outlet.declaration = replace(patient, call_timeout=timedelta(seconds=0.1))
    with held(root / ".site/lock"), pytest.raises(Busy, match="正被占用"):
        await outlet.deliver(job("item-2"))
    outlet.declaration = patient
    await outlet.deliver(job("item-2"))


@pytest.mark.parametrize(
    "link",
    [
        "https://gov.example/i/..",
        "https://gov.example/i/.hidden.html",
        "https://gov.example/i/..%2f..%2fetc%2fpasswd",
        "https://gov.example/i/",
        "https://gov.example",
        "",
        "https://gov.example/i/a b.html",
        "https://gov.example/i/公告.html",
        "https://gov.example/i/x\x00.html",
        f"https://gov.example/i/{'x' * 130}.html",
        "http://[bad/i/x.html",
    ],
)
async def test_no_address_leads_out_of_the_folder(
    outlet: WebsiteOutlet, job: Job, root: Path, link: str
) -> None:
    task = job()
    task.part = replace(task.part, link=link)
    with pytest.raises(Rejected) as refused:
        await outlet.deliver(task)
    assert refused.value.field == "link"
    with pytest.raises(Rejected):
        await outlet.withdraw(job(remote_id=f"{link}/.."))
    assert is_empty(root)


async def test_symbolic_links_in_the_folder_are_neither_followed_nor_written_through(
    outlet: WebsiteOutlet, job: Job, root: Path, tmp_path: Path
) -> None:
    await outlet.deliver(job())
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (root / "i/item-1.html").unlink()
    (root / "i/item-1.html").symlink_to(secret)
    await outlet.deliver(job())
    assert secret.read_text() == "secret"
    assert not (root / "i/item-1.html").is_symlink()
    (root / "media").rmdir()
    (root / "media").symlink_to(tmp_path)
    with pytest.raises(Rejected, match="符号链接"):
        await outlet.deliver(job("item-2"))


@pytest.mark.parametrize("root", ["sites/portal", "", "."])
async def test_a_relative_folder_is_refused(outlet: WebsiteOutlet, job: Job, root: str) -> None:
    with pytest.raises(Rejected) as refused:
        await outlet.deliver(job(settings={"root": root}))
    assert refused.value.field == "root"


async def test_a_folder_whose_parent_is_missing_or_that_is_a_file_is_told_in_words(
    outlet: WebsiteOutlet, job: Job, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for wrong in (tmp_path / "not/there", tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(Busy, match="网站目录无法写入"):
            await outlet.deliver(job(settings={"root": str(wrong)}))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "只有文字"}, "text"),
        ({"text": "<!DOCTYPE html><p>断"}, "text"),
        ({"text": f"<!DOCTYPE html>页<img src='cid:{'0' * 64}'></html>"}, "media"),
        ({"extra": {"published_at": "yesterday"}}, "published_at"),
        ({"extra": {"published_at": "2026-03-01T08:00:00"}}, "published_at"),
    ],
)
async def test_a_part_that_is_no_whole_page_is_refused_before_anything_is_written(
    outlet: WebsiteOutlet, job: Job, root: Path, change: dict[str, Any], field: str
) -> None:
    task = job()
    task.part = replace(task.part, **change)
    with pytest.raises(Rejected) as refused:
        await outlet.deliver(task)
    assert refused.value.field == field
    assert is_empty(root)


async def test_missing_pictures_and_unknown_kinds_are_refused(
    outlet: WebsiteOutlet, job: Job, pictures: Any
) -> None:
    picture = pictures.add(b"x")
    with pytest.raises(Rejected, match="不在素材库"):
        await outlet.deliver(job(media=(replace(picture, sha256="f" * 64),)))
    with pytest.raises(Rejected, match="不被接受"):
        await outlet.deliver(job(media=(replace(picture, media_type="image/tiff"),)))
    with pytest.raises(Rejected, match="不支持图片"):
        await outlet.deliver(job(media=(replace(picture, sha256="../../x"),)))


async def test_markup_and_control_characters_in_titles_break_no_list_and_no_feed(
    outlet: WebsiteOutlet, platform: Platform, job: Job
) -> None:
    await outlet.deliver(job(title="<b>&amp; “引号” ]]> \x0b\x00 😀"))
    assert len(platform.shown()) == 1


async def test_somebody_who_changes_a_page_by_hand_is_noticed(
    outlet: WebsiteOutlet, platform: Platform, job: Job
) -> None:
    await outlet.deliver(job())
    platform.tamper("i/item-1.html", "被改过的<文字>")
    [post] = platform.shown()
    assert "被改过的<文字>" in post.text
    finding = await outlet.verify(job(remote_id="i/item-1.html"))
    assert (finding.verdict, finding.same) == (Verdict.FOUND, False)


async def test_without_a_date_the_first_attempt_is_the_publication_for_good(
    outlet: WebsiteOutlet, clock: ManualClock, job: Job, root: Path, files: Files
) -> None:
    begun = clock.now()
    await outlet.deliver(job(published=None, started_at=begun))
    before = files(root)
    clock.advance(86400)
    await outlet.deliver(job(published=None, started_at=begun))
    assert files(root) == before


async def test_a_damaged_index_file_is_told_in_words(
    outlet: WebsiteOutlet, job: Job, root: Path
) -> None:
    await outlet.deliver(job())
    (root / ".site/items/2026-03/item-1.json").write_text("{")
    with pytest.raises(Busy, match="备份"):
        await outlet.deliver(job("item-2"))


def test_rendering_adds_what_the_feeds_need() -> None:
    source = Source(
        item_id="item-1", title="通知", body="", summary="", link="https://gov.example/i/item-1.html",
        organisation="省政府", issuer="省政府", formed_on=date(2026, 3, 1),
    )  # fmt: skip
    assert CHANNEL.finish is not None
    [finished] = CHANNEL.finish((Part(text=""),), source)
    assert finished.extra["published_at"] == "2026-02-28T16:00:00+00:00"
    assert finished.extra["organisation"] == "省政府"
    with pytest.raises(InvalidInput):
        CHANNEL.finish((Part(text=""),), replace(source, link="https://gov.example/"))
