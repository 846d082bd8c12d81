"""A report by e-mail: its files, the same bytes for the same key, taken by a server by others."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest

from hub.publishing.errors import NotSent, Rejected
from hub.publishing.ports import Access
from publishers.email.addresses import letterhead_of
from publishers.email.report import ReportMailer, write_report
from tests.publishers.email.conftest import SENDER, SETTINGS

_DATE = datetime(2026, 3, 2, tzinfo=UTC)
_FILES = {"政务舆情日报2026-03-01.docx": b"PK\x03\x04", "政务舆情日报2026-03-01.html": b"<p>"}


def written(subject: str = "政务舆情日报〔2026〕第1期") -> bytes:
    access = Access(account_id="a", handle=SENDER, base_url="smtp://x", settings=SETTINGS)
    return write_report(
        letterhead_of(access),
        subject=subject,
        text="摘要",
        html="<p>摘要</p>",
        files=_FILES,
        key="k1",
        date=_DATE,
    )


def test_a_report_carries_its_files_and_is_the_same_every_time() -> None:
    assert written() == written()
    message = email.message_from_bytes(written(), policy=email.policy.default)
    assert message["Subject"] == "政务舆情日报〔2026〕第1期"
    assert message["Message-ID"] == "<k1@mail.example.gov.cn>"
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == list(_FILES)
    body = message.get_body(("html",))
    assert body is not None
    assert "摘要" in body.get_content()


def test_a_subject_cannot_forge_headers() -> None:
    with pytest.raises(Rejected):
        written("日报\r\nBcc: x@y.cn")


async def test_a_server_that_is_not_there_was_given_nothing() -> None:
    mailer = ReportMailer("smtp://127.0.0.1:1", SENDER, sender_name="x", security="none")
    with pytest.raises(NotSent):
        await mailer.send("a@b.cn", subject="s", text="t", html="", files={}, key="k", date=_DATE)
