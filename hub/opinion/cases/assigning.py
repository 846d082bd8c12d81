"""Who in a body handles a case: somebody of the body that answers, or of one that takes part."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from hub.kernel.database import Transaction
from hub.kernel.errors import InvalidInput, Words
from hub.opinion.cases import events
from hub.opinion.cases.answering import Answering
from hub.opinion.cases.models import Case, CaseState
from hub.opinion.cases.roles import CaseStep
from hub.opinion.cases.stepping import known, refuse
from hub.organisations.authority.rules import ENTERING
from hub.organisations.authority.store import holders
from hub.organisations.models import Person
from hub.organisations.store import people_by_login

__all__ = ["Assigning"]

_ASSIGNABLE = frozenset(
    {CaseState.ROUTED, CaseState.HANDLING, CaseState.DRAFTED, CaseState.RESPONDED}
)


class Assigning(Answering):
    """Handing a case to one person; it stays everybody's of the body to see and to take up."""

    async def assign(self, case_id: str, login: str, *, actor: str) -> Case:
        """Give a case to somebody who may handle it, or with an empty `login` to nobody. Raises
        InvalidInput for somebody else, Conflict while no body has it or when it is closed."""

        def work(tx: Transaction, case: Case) -> Case:
            if case.state not in _ASSIGNABLE:
                refuse("尚未转办或已办结", "handed to no body yet, or closed")
            if login and login not in _handlers(tx.connection, case):
                raise InvalidInput(
                    Words(f"{login} 不办理该件", f"{login} does not handle this case"),
                    field="assignee",
                    remedy=Words(
                        "选责任单位或会办单位中能拟稿、审核的人",
                        "choose who may enter items in a body that handles it",
                    ),
                )
            if login == case.assignee:
                return case
            changed = self._changed(tx, case, assignee=login)
            data = {"assignee": login, "before": case.assignee}
            self._record(tx, events.CASE_ASSIGNED, case_id, actor, data)
            return changed

        return await self._with(case_id, CaseStep.ASSIGN, actor, work)

    async def handlers(self, case_id: str) -> list[Person]:
        """Whom a case can be given to, by login."""

        def read(connection: Connection) -> list[Person]:
            logins = _handlers(connection, known(connection, case_id))
            found = people_by_login(connection, logins)
            return [found[login] for login in logins]

        return await self._database.read(read)


def _handlers(connection: Connection, case: Case) -> Sequence[str]:
    bodies = (case.body_id, *case.joint) if case.body_id else ()
    return sorted({login for body in bodies for login in holders(connection, body, ENTERING)})
