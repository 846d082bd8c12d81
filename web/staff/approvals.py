"""What the staff API does with approvals: read what is to be signed, sign it, return it."""

from __future__ import annotations

from base64 import b64encode

from aiohttp import web

from hub.kernel.errors import NotFound, Words
from hub.review.models import Approval
from web.staff.asked import Return, Sign
from web.staff.desk import Call, Services
from web.staff.shapes import StaffApproval, StaffApprovals, StaffSignature

__all__ = [
    "get_approval",
    "list_approvals",
    "read_edition",
    "return_approval",
    "sign_approval",
    "told_approval",
]

_MOST = 200


async def list_approvals(call: Call) -> StaffApprovals:
    """What waits for a signature in the bodies that the caller may read, up to 200."""
    among = await call.services.doors.readable(call.login)
    found = await call.services.review.list(among=among, limit=_MOST)
    told = [await told_approval(call.services, approval, title) for approval, title in found]
    return StaffApprovals(approvals=tuple(told))


async def get_approval(call: Call) -> StaffApproval:
    return await told_approval(call.services, await call.approval())


async def read_edition(call: Call) -> web.Response:
    """The exact bytes whose hash is signed, with their digest (RFC 9530)."""
    approval = await call.approval()
    name = call.request.match_info["name"]
    editions = await call.services.publishing.editions(approval.item_id, approval.item_version)
    for edition in editions:
        if edition.name == name and approval.entries.get(name) == edition.payload_hash:
            digest = b64encode(bytes.fromhex(edition.payload_hash)).decode()
            return web.Response(
                body=edition.payload.encode(),
                content_type="application/json",
                headers={"Repr-Digest": f"sha-256=:{digest}:"},
            )
    raise NotFound(
        Words("签审单中没有这一稿件", "the approval has no such edition"),
        field="name",
        remedy=Words("名称见 entries", "its names are in `entries`"),
    )


async def sign_approval(call: Call) -> StaffApproval:
    """One step, by the caller. Who may is asked, and refusals recorded, by the review itself."""
    told: Sign = call.told
    approval_id = call.request.match_info["approval"]
    signed = await call.services.review.sign(
        approval_id, told.step, call.login, told.hash, told.remark
    )
    return await told_approval(call.services, signed)


async def return_approval(call: Call) -> StaffApproval:
    """退文 to the author, or to a lower step."""
    told: Return = call.told
    approval_id, review = call.request.match_info["approval"], call.services.review
    if told.to is None:
        done = await review.send_back(approval_id, call.login, told.reason)
    else:
        done = await review.send_back_to(approval_id, told.to, call.login, told.reason)
    return await told_approval(call.services, done)


async def told_approval(services: Services, approval: Approval, title: str = "") -> StaffApproval:
    """The approval with who signed it."""
    people = await services.review.signers(approval)
    item_title = title or (await services.catalogue.get(approval.item_id)).title
    signatures = tuple(
        StaffSignature(
            step=one.step.value,
            login=people[one.person_id].login,
            name=people[one.person_id].name,
            signed_hash=one.signed_hash,
            at=one.at,
            remark=one.remark,
            on_behalf_of=people[one.on_behalf_of].login if one.on_behalf_of else "",
        )
        for one in approval.signatures
    )
    return StaffApproval(
        id=approval.id,
        item=approval.item_id,
        item_version=approval.item_version,
        title=item_title,
        hash=approval.hash,
        entries=dict(approval.entries),
        signatures=signatures,
        next_step=approval.next_step.value if approval.next_step else "",
        complete=approval.complete,
        void=approval.void,
        returned_reason=approval.returned_reason,
        submitted_by=approval.submitted_by,
        submitted_at=approval.submitted_at,
    )
