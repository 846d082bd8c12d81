"""The pictures of the simulated Mastodon: taken, processed for a while, attached to one post.

Source: mastodon/mastodon, app/models/media_attachment.rb, app/controllers/api/v1 and v2
(media_controller.rb); docs.joinmastodon.org/methods/media.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publishers.mastodon.simulator_wire import File, Refused

__all__ = ["LARGEST_IMAGE", "TYPES", "Media", "check_file", "pick"]

LARGEST_IMAGE = 16 * 1024 * 1024
TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_MAGIC = {b"\xff\xd8\xff": "image", b"\x89PNG": "image", b"GIF8": "gifv", b"RIFF": "image"}


@dataclass(slots=True, kw_only=True)
class Media:
    id: str
    owner: str
    kind: str
    size: int
    description: str
    ready_at: datetime
    fails: bool = False
    status_id: str = ""

    def check(self, now: datetime) -> int:
        """200, 206 while it is processed; refused when processing failed."""
        if now < self.ready_at:
            return 206
        if self.fails:
            raise Refused(422, "Error processing thumbnail for uploaded media")
        return 200

    def as_json(self, base: str, now: datetime) -> dict[str, Any]:
        address = f"{base}/system/media_attachments/{self.id}/original.png"
        ready = now >= self.ready_at
        return {
            "id": self.id,
            "type": self.kind,
            "url": address if ready else None,
            "preview_url": address.replace("original", "small") if ready else None,
            "remote_url": None,
            "text_url": None,
            "meta": {"original": {"size": str(self.size)}} if ready else {},
            "description": self.description or None,
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH" if ready else None,
        }


def check_file(file: File | None, largest: int) -> str:
    """The kind of an uploaded file; refused where it is none that the platform takes."""
    if file is None:
        raise Refused(422, "Validation failed: File can't be blank")
    kind = next((kind for magic, kind in _MAGIC.items() if file.content.startswith(magic)), "")
    if not kind or file.media_type not in TYPES:
        raise Refused(
            422, "Validation failed: File content type is invalid, File file type is not supported"
        )
    if len(file.content) > largest:
        megabytes = largest // (1024 * 1024)
        raise Refused(422, f"Validation failed: File file size must be less than {megabytes} MB")
    return kind


def pick(
    held: dict[str, Media], ids: list[str], owner: str, now: datetime, *, most: int, status: str
) -> list[Media]:
    """The attachments that a post names; refused unless all are the owner's, ready and free.

    `status` is the id of the post that is edited: what it has already, it may keep.
    """
    if len(ids) > most:
        raise Refused(422, f"Cannot attach more than {most} files")
    found = [held[each] for each in ids if each in held and held[each].owner == owner]
    found = [media for media in found if media.status_id in ("", status)]
    missing = [each for each in ids if each not in {media.id for media in found}]
    if missing:
        named = ", ".join(missing)
        raise Refused(422, f"Media {named} not found or already attached to another post")
    if any(now < media.ready_at or media.fails for media in found):
        raise Refused(
            422,
            "Cannot attach files that have not finished processing. Try again in a moment!",
        )
    return found
