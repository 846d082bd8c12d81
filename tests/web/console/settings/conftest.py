"""The office with two administrators: one of everything, one of a city."""

from __future__ import annotations

import pytest

from hub.organisations.models import NewPerson, Role
from tests.web.console.conftest import PASSWORD, Office


@pytest.fixture
async def offices(office: Office) -> Office:
    chiefs = (("chief", "province"), ("mayor", "city"))
    for login, body in chiefs:
        new = NewPerson(login=login, name=f"{login}女士", roles=((body, Role.ADMIN),))
        await office.desk.organisations.add_person(new, actor="admin")
        await office.desk.factors.give_password(
            login, password=PASSWORD, must_change=False, actor="admin"
        )
    return office
