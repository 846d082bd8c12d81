"""Whatever people do in whatever order: a complete approval has three right, different people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.catalogue import store as catalogue
from hub.catalogue.editing import edit_item, enter_item
from hub.catalogue.models import Attribute, ItemDraft, ItemState
from hub.catalogue.rules import draft_of
from hub.kernel.database import Transaction
from hub.kernel.errors import GongkaiError
from hub.organisations import store as organisations
from hub.organisations.models import Body, BodyKind, Person, Role
from hub.review import store
from hub.review.delegation import store as delegations
from hub.review.delegation.models import Delegation
from hub.review.determination.determining import determine_item
from hub.review.determination.store import determination_of
from hub.review.models import STEP_ROLES, Approval, ReviewStep
from hub.review.signing import send_back, send_back_to, sign_step
from simulators.determining import ORDINARY, ordinary
from tests.in_memory import engine_in_memory
from tests.thoroughness import examples

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 2, tzinfo=UTC)
REVIEW_ROLES = tuple(STEP_ROLES.values())
# Every set of review roles that a person may hold is held by somebody.
ROLE_SETS = [set(c) for n in range(4) for c in combinations(REVIEW_ROLES, n)]
ROLES = {f"p{number}": held for number, held in enumerate(ROLE_SETS)}
LOGINS = sorted(ROLES)
ITEM = "item"

people = st.sampled_from(LOGINS)
seldom = st.sampled_from([False] * 5 + [True])  # what begins the signing anew
hashes = st.sampled_from(["0" * 64, "1" * 64])


class Office(RuleBasedStateMachine):
    """One item of one body, and everybody who tries something."""

    @initialize(separate=st.booleans(), author=people)
    def open_office(self, separate: bool, author: str) -> None:
        self.engine = engine_in_memory()
        self.separate = separate
        self.approvals = self.delegations = 0
        with self.transaction() as tx:
            body = Body(
                id="body", code="b", name="厅", kind=BodyKind.DEPARTMENT, separate_author=separate
            )
            organisations.insert_bodies(tx, [body])
            organisations.insert_people(tx, [Person(id=p, login=p, name=p) for p in LOGINS])
            for login, held in ROLES.items():
                for role in held:
                    organisations.grant_role(tx, login, "body", role)
            draft = ItemDraft(body_id="body", title="题", body="文", attribute=Attribute.PROACTIVE)
            enter_item(tx, draft, item_id=ITEM, actor=author, at=NOW)
            determine_item(tx, ITEM, ORDINARY, author, NOW)

    @rule(why=st.sampled_from(["一", "二"]), by=people, really=seldom)
    def determine_otherwise(self, why: str, by: str, really: bool) -> None:
        if really:
            with self.transaction() as tx:
                determine_item(tx, ITEM, ordinary(reason=why), by, NOW)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A change that is kept whole, or refused whole with one of our own errors."""
        with self.engine.connect() as connection:
            try:
                yield Transaction(connection)
                connection.commit()
            except GongkaiError:
                connection.rollback()

    @rule(entry=hashes, by=people, anew=seldom)
    def submit(self, entry: str, by: str, anew: bool) -> None:
        with self.transaction() as tx:
            item = catalogue.get_item(tx.connection, ITEM)
            if not anew and item.state is ItemState.IN_REVIEW:
                return
            self.approvals += 1
            store.open_approval(
                tx,
                approval_id=f"a{self.approvals:04}",
                item=item,
                entries={"weibo": entry},
                submitted_by=by,
                at=NOW,
            )

    @rule(
        step=st.sampled_from(list(ReviewStep)),
        login=people,
        which=st.integers(0, 2),
        honest=st.booleans(),
    )
    def sign(self, step: ReviewStep, login: str, which: int, honest: bool) -> None:
        with self.transaction() as tx:
            for approval in self.some(tx, which):
                sign_step(
                    tx,
                    approval_id=approval.id,
                    step=step,
                    login=login,
                    signed_hash=approval.hash if honest else "f" * 64,
                    remark="",
                    at=NOW,
                )

    @rule(login=people)
    def sign_what_is_next(self, login: str) -> None:
        self.sign_next(login)

    @rule(first=people, second=people, third=people)
    def sign_to_the_end(self, first: str, second: str, third: str) -> None:
        for login in (first, second, third):
            self.sign_next(login)

    @rule()
    def sign_rightly_to_the_end(self) -> None:
        for role in REVIEW_ROLES:
            self.sign_next(next(name for name in LOGINS if ROLES[name] == {role}))

    @rule()
    def sign_alone_to_the_end(self) -> None:
        allrounder = next(name for name in LOGINS if len(ROLES[name]) == len(REVIEW_ROLES))
        for _ in ReviewStep:
            self.sign_next(allrounder)

    def sign_next(self, login: str) -> None:
        """Anybody tries the step that is due, so that runs get far."""
        with self.transaction() as tx:
            for approval in self.some(tx, 0):
                sign_step(
                    tx,
                    approval_id=approval.id,
                    step=approval.next_step or ReviewStep.SIGN_OFF,
                    login=login,
                    signed_hash=approval.hash,
                    remark="",
                    at=NOW,
                )

    @rule(login=people, which=st.integers(0, 2), really=seldom)
    def send_back(self, login: str, which: int, really: bool) -> None:
        with self.transaction() as tx:
            for approval in self.some(tx, which) if really else ():
                send_back(tx, approval_id=approval.id, login=login, reason="不妥", at=NOW)

    @rule(login=people, to=st.sampled_from(list(ReviewStep)), really=st.booleans())
    def send_back_to_a_step(self, login: str, to: ReviewStep, really: bool) -> None:
        with self.transaction() as tx:
            for approval in self.some(tx, 0) if really else ():
                send_back_to(tx, approval_id=approval.id, login=login, to=to, reason="再核", at=NOW)

    @rule(away=people, acting=people, role=st.sampled_from(REVIEW_ROLES))
    def delegate(self, away: str, acting: str, role: Role) -> None:
        """Somebody with the role lets anybody else sign for them from now on."""
        if away == acting or role not in ROLES[away]:
            return
        self.delegations += 1
        made = Delegation(
            id=f"d{self.delegations:04}",
            from_id=away,
            to_id=acting,
            body_id="body",
            role=role,
            valid_from=NOW,
            valid_until=NOW + timedelta(days=1),
            reason="出差",
            created_by=away,
            created_at=NOW,
        )
        with self.transaction() as tx:
            delegations.add_delegation(tx, made)

    @rule(really=seldom)
    def revoke_the_last(self, really: bool) -> None:
        if really and self.delegations:
            with self.transaction() as tx:
                delegations.revoke(tx, f"d{self.delegations:04}", "admin", NOW)

    @rule(
        title=st.sampled_from(["题", "别的题"]),
        attribute=st.sampled_from([Attribute.PROACTIVE] * 3 + [Attribute.WITHHELD]),
        by=people,
        really=st.booleans(),
    )
    def edit(self, title: str, attribute: Attribute, by: str, really: bool) -> None:
        if not really:
            return
        with self.transaction() as tx:
            old = catalogue.lock_item(tx, ITEM)
            new = replace(draft_of(old), title=title, attribute=attribute)
            edit_item(tx, old, new, actor=by, at=NOW)

    def some(self, tx: Transaction, which: int) -> list[Approval]:
        """The newest approval, or an older one, or none."""
        ids = [f"a{number:04}" for number in range(self.approvals, 0, -1)]
        found = store.approvals_by_ids(tx.connection, ids)
        return [found[name] for name in ids if name in found][which : which + 1]

    @invariant()
    def complete_means_three_right_people_on_the_current_bytes(self) -> None:
        with self.engine.connect() as connection:
            item = catalogue.get_item(connection, ITEM)
            authors = catalogue.authors_of(connection, ITEM)
            ids = [f"a{number:04}" for number in range(1, self.approvals + 1)]
            determined = determination_of(connection, ITEM)
            complete = [a for a in store.approvals_by_ids(connection, ids).values() if a.complete]
        for approval in complete:
            assert approval.item_version == item.version
            assert approval.content_hash == item.content_hash
            assert item.attribute is Attribute.PROACTIVE
            assert determined is not None
            assert approval.determination == determined.revision
            involved = [person for s in approval.signatures for person in s.people]
            assert len(involved) == len(set(involved)) >= 3
            assert [s.step for s in approval.signatures] == list(ReviewStep)
            for signature in approval.signatures:
                assert signature.signed_hash == approval.hash
                whose = signature.on_behalf_of or signature.person_id
                assert STEP_ROLES[signature.step] in ROLES[whose]
            if self.separate:
                assert authors.isdisjoint(approval.signatures[0].people)
        if item.state is ItemState.APPROVED:
            assert complete

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()


TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=examples(40), stateful_step_count=40, deadline=None)
