"""What may be done with approvals; one transaction each. Submitting is part of publishing:
`hub.review.store.open_approval`, in the transaction that keeps the editions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from hub.kernel.clock import Clock
from hub.kernel.database import Database, Transaction
from hub.kernel.errors import Words
from hub.kernel.ids import IdSource
from hub.organisations import store as organisations
from hub.organisations.models import Person
from hub.review import signing, store
from hub.review.errors import NotItsTurn
from hub.review.models import Approval, ReviewStep

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

        Raises UnknownApproval, UnknownPerson, ApprovalClosed, NotPublic, NotItsTurn, WrongRole,
        SamePerson, AuthorSigns, ManifestChanged.
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

        return await self._write(work)

    async def send_back(self, approval_id: str, login: str, reason: str) -> Approval:
        """Return the item with a reason; who may sign next may return.

        Raises UnknownApproval, UnknownPerson, ApprovalClosed, WrongRole, InvalidInput.
        """
        at = self._clock.now()

        def work(tx: Transaction) -> Approval:
            return signing.send_back(tx, approval_id=approval_id, login=login, reason=reason, at=at)

        return await self._write(work)

    async def get(self, approval_id: str) -> Approval:
        """Raises UnknownApproval."""
        return await self._database.read(lambda c: store.get_approval(c, approval_id))

    async def current(self, item_id: str, version: int) -> Approval | None:
        """The newest complete approval of a version, else the newest."""
        return await self._database.read(lambda c: store.approval_for(c, item_id, version))

    async def list(
        self, *, open_only: bool = True, body_id: str = "", limit: int = 100
    ) -> list[tuple[Approval, str]]:
        """Approvals with the item's title, oldest first."""
        return await self._database.read(
            lambda c: store.list_approvals(c, open_only=open_only, body_id=body_id, limit=limit)
        )

    async def signers(self, approval: Approval) -> dict[str, Person]:
        """Who signed, by person id."""
        ids = [signature.person_id for signature in approval.signatures]
        return await self._database.read(
            lambda c: {person_id: organisations.get_person(c, person_id) for person_id in ids}
        )

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        try:
            return await self._database.write(work)
        except IntegrityError as error:  # two signed at the same moment: the tables keep one
            raise NotItsTurn(
                Words("刚刚已有人签署", "somebody signed it at the same moment"),
                field="step",
                remedy=Words("重新查看后再签", "look again"),
            ) from error
