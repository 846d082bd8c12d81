"""The samples as fixtures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.catalogue.models import Item
from hub.organisations.models import Account, Body
from hub.publishing.models import MediaRef
from publishers.contract import Channel, Source
from tests.publishers.rendering import samples


@pytest.fixture
def channel() -> Callable[..., Channel]:
    return samples.make_channel


@pytest.fixture
def source() -> Callable[..., Source]:
    return samples.make_source


@pytest.fixture
def picture() -> Callable[..., MediaRef]:
    return samples.make_picture


@pytest.fixture
def item() -> Callable[..., Item]:
    return samples.make_item


@pytest.fixture
def account() -> Callable[..., Account]:
    return samples.make_account


@pytest.fixture
def body() -> Body:
    return samples.BODY
