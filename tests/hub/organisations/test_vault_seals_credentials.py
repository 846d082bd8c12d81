from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.errors import Misconfigured
from hub.organisations.errors import SealBroken
from hub.organisations.vault import Vault

OLD, NEW = b"1" * 32, b"2" * 32
TEXT = st.text(st.characters(codec="utf-8"))


@given(st.dictionaries(TEXT, TEXT))
def test_what_is_sealed_opens_for_its_account(values: dict[str, str]) -> None:
    vault = Vault({"k1": OLD})
    assert vault.open("A", vault.seal("A", values)) == values


def test_a_seal_copied_to_another_account_stays_closed() -> None:
    vault = Vault({"k1": OLD})
    with pytest.raises(SealBroken):
        vault.open("B", vault.seal("A", {"token": "x"}))


@given(at=st.integers(0, 63), choice=st.integers(0, 2))
def test_an_altered_seal_stays_closed(at: int, choice: int) -> None:
    vault = Vault({"k1": OLD})
    sealed = vault.seal("A", {"token": "x"})
    assert len(sealed) >= 63
    at %= len(sealed)
    other = [char for char in "AQgw" if char != sealed[at]][choice]
    with pytest.raises(SealBroken):
        vault.open("A", sealed[:at] + other + sealed[at + 1 :])


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    sealed = Vault({"k1": OLD}).seal("A", {"token": "x"})
    rotated = Vault({"k2": NEW, "k1": OLD})
    assert rotated.open("A", sealed) == {"token": "x"}
    assert not rotated.is_current(sealed)
    assert rotated.is_current(rotated.seal("A", {"token": "x"}))


def test_a_lost_key_is_named_in_the_refusal() -> None:
    sealed = Vault({"k1": OLD}).seal("A", {"token": "x"})
    with pytest.raises(SealBroken, match="k1"):
        Vault({"k2": NEW}).open("A", sealed)


def test_neither_key_nor_secret_shows_in_the_vault_or_the_seal() -> None:
    vault = Vault({"k1": OLD})
    assert "1111" not in repr(vault)
    assert "topsecret" not in vault.seal("A", {"token": "topsecret"})


@pytest.mark.parametrize("keys", [{}, {"k1": b"short"}, {"a.b": OLD}])
def test_a_vault_without_a_proper_key_is_refused(keys: dict[str, bytes]) -> None:
    with pytest.raises(Misconfigured):
        Vault(keys)
