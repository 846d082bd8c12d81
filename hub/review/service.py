"""What may be done with approvals; one transaction each. Submitting is part of publishing:
`hub.review.store.open_approval`, in the transaction that keeps the editions.

An attempt that is refused is recorded in a transaction of its own: who goes round a rule in vain
is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from hub.catalogue import store as catalogue
from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import GongkaiError, NotFound, Words
from hub.kernel.events import Event
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Person
from hub.review import events, signing, store
from hub.review.errors import NotItsTurn, UnknownApproval
from hub.review.history import store as history
from hub.review.history.refusals import record_refusal
from hub.review.models import Approval, ReviewStep, StepRecord
from hub.review.rules import Signer
from hub.review.urgency import store as urgency
from hub.review.urgency.models import AfterLook
from hub.review.urgency.rules import check_after_look

__all__ = ["Review"]

T = TypeVar("T")


class Review:
    """`login` is the person who signs or returns."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def sign(
        self,
        approval_id: str,
        step: ReviewStep,
        login: str,
        signed_hash: str,
        remark: str = "",
    ) -> Approval:
        """Sign one step over `Approval.hash`; the third signature approves the item.

        Somebody to whom the step's role is delegated signs on behalf of the delegator. Raises
        UnknownApproval, UnknownPerson, ApprovalClosed, NotPublic, NotItsTurn, WrongRole,
        SamePerson, AuthorSigns, ManifestChanged, ClockExpired.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> Approval:
            return signing.sign_step(
                tx,
                approval_id=approval_id,
                step=step,
                login=login,
                signed_hash=signed_hash,
                remark=remark,
                at=at,
            )

        return await self._attempt(work, f"sign {step.value}", approval_id, login)

    async def send_back(self, approval_id: str, login: str, reason: str) -> Approval:
        """Return the item to its author with a reason; who may sign next may return.

        Raises UnknownApproval, UnknownPerson, ApprovalClosed, WrongRole, InvalidInput.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> Approval:
            return signing.send_back(tx, approval_id=approval_id, login=login, reason=reason, at=at)

        return await self._attempt(work, "return", approval_id, login)

    async def send_back_to(
        self, approval_id: str, to: ReviewStep, login: str, reason: str
    ) -> Approval:
        """Return it to a lower step; signatures from there on are void, earlier ones hold.

        Raises as `send_back`, and NotItsTurn for a step that is not below the next one.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> Approval:
            return signing.send_back_to(
                tx, approval_id=approval_id, login=login, to=to, reason=reason, at=at
            )

        return await self._attempt(work, f"send back to {to.value}", approval_id, login)

    async def mark_emergency(self, approval_id: str, login: str, reason: str) -> Approval:
        """Shorten its limits, not its steps; raises as `send_back`."""
        at = self._clock.now()

        def work(tx: Transaction) -> Approval:
            return signing.mark_emergency(
                tx, approval_id=approval_id, login=login, reason=reason, at=at
            )

        return await self._attempt(work, "mark an emergency", approval_id, login)

    async def look_after(
        self, approval_id: str, login: str, *, confirmed: bool, remark: str = ""
    ) -> AfterLook:
        """A fourth person confirms what was approved as an emergency, or objects with a remark:
        then recall is suggested. Raises NotFound, SamePerson, WrongRole, InvalidInput, Conflict."""
        at = self._clock.now()

        def work(tx: Transaction) -> AfterLook:
            return _look_after(tx, approval_id, login, confirmed, remark.strip(), at)

        return await self._attempt(work, "look afterwards", approval_id, login)

    async def after_looks(
        self, *, body_id: str = "", every: bool = False, limit: int = 200
    ) -> list[AfterLook]:
        """What waits for a fourth person, the longest due first; with `every`, what was looked at
        too."""
        return await self._database.read(
            lambda c: urgency.list_after_looks(c, body_id=body_id, every=every, limit=limit)
        )

    async def history(self, item_id: str) -> list[StepRecord]:
        """Every step of every approval of the item, voided signatures included, in order."""
        return await self._database.read(lambda c: history.steps_of_item(c, item_id))

    async def get(self, approval_id: str) -> Approval:
        """Raises UnknownApproval."""
        return await self._database.read(lambda c: store.get_approval(c, approval_id))

    async def current(self, item_id: str, version: int) -> Approval | None:
        """The newest complete approval of a version, else the newest."""
        return await self._database.read(lambda c: store.approval_for(c, item_id, version))

    async def list(
        self,
        *,
        open_only: bool = True,
        body_id: str = "",
        among: Collection[str] | None = None,
        limit: int = 100,
    ) -> list[tuple[Approval, str]]:
        """Approvals with the item's title, oldest first; of a body and those below it, or of
        exactly the bodies `among`."""
        return await self._database.read(
            lambda c: store.list_approvals(
                c, open_only=open_only, body_id=body_id, among=among, limit=limit
            )
        )

    async def signers(self, approval: Approval) -> dict[str, Person]:
        """Who signed and for whom, by person id."""
        ids = [person_id for s in approval.signatures for person_id in s.people]
        return await self.people(ids)

    async def people(self, ids: Iterable[str]) -> dict[str, Person]:
        """People by id; raises UnknownPerson."""
        wanted = set(ids)
        return await self._database.read(
            lambda c: {person_id: organisations.get_person(c, person_id) for person_id in wanted}
        )

    async def _attempt(
        self, work: Callable[[Transaction], T], attempt: str, approval_id: str, login: str
    ) -> T:
        """Run `work`; what is refused is recorded beside the item, although nothing was done."""
        try:
            return await self._write(work)
        except GongkaiError as error:
            subject = await self._item_of(approval_id)
            await record_refusal(
                self._database,
                error,
                attempt=f"{attempt} {approval_id}",
                subject=subject,
                login=login,
                at=self._clock.now(),
            )
            raise

    async def _item_of(self, approval_id: str) -> str:
        try:
            return (await self.get(approval_id)).item_id
        except UnknownApproval:
            return approval_id

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        try:
            return await self._database.write(work)
        except IntegrityError as error:  # two signed at the same moment: the tables keep one
            raise NotItsTurn(
                Words("刚刚已有人签署", "somebody signed it at the same moment"),
                field="step",
                remedy=Words("重新查看后再签", "look again"),
            ) from error


def _look_after(
    tx: Transaction, approval_id: str, login: str, confirmed: bool, remark: str, at: datetime
) -> AfterLook:
    approval = store.get_approval(tx.connection, approval_id)
    item = catalogue.lock_item(tx, approval.item_id)
    look = urgency.get_after_look(tx.connection, approval_id)
    if look is None:
        raise NotFound(
            Words("没有待事后复核的签审单", "nothing there that is to be looked at afterwards"),
            field="approval",
            remedy=Words("用 gongkai review after-looks 查看", "see gongkai review after-looks"),
        )
    person = organisations.person_by_login(tx.connection, login)
    held = organisations.roles_of(tx.connection, person.id, item.body_id)
    signer = Signer(person=person, roles=held)
    check_after_look(look, approval, signer, confirmed=confirmed, remark=remark)
    urgency.end_after_look(
        tx, approval_id, person_id=person.id, confirmed=confirmed, remark=remark, at=at
    )
    data = {"approval": approval_id, "confirmed": confirmed, "remark": remark}
    tx.record(Event(kind=events.LOOKED_AFTER, subject=item.id, actor=login, at=at, data=data))
    return replace(look, person_id=person.id, confirmed=confirmed, remark=remark, at=at)
