"""What is sealed opens only where it was sealed, whole, and with its key."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.store import Records, bound, place
from bot.records.tables import Case, CaseEntry, new_id
from bot.records.vault import KEY_BYTES, Key, UnusableKey, Vault, new_key, read_keys

TEXT = st.text(st.characters(codec="utf-8"))
VAULT = Vault(read_keys(new_key()))


def _case(organisation: str = "home-start-herefordshire") -> Case:
    return Case(id=new_id(), organisation=organisation)


def _seal(vault: Vault, case: Case, text: str) -> bytes:
    return vault.seal(place(Case.summary), bound(case), text)


@given(TEXT)
def test_what_was_sealed_opens(text: str) -> None:
    case = _case()
    assert VAULT.open(place(Case.summary), bound(case), _seal(VAULT, case, text)) == text


@given(TEXT)
def test_the_same_text_is_never_sealed_the_same(text: str) -> None:
    case = _case()
    assert _seal(VAULT, case, text) != _seal(VAULT, case, text)


@given(TEXT)
def test_moved_to_another_row_it_does_not_open(text: str) -> None:
    sealed = _seal(VAULT, _case(), text)
    with pytest.raises(UnusableKey, match="changed or moved"):
        VAULT.open(place(Case.summary), bound(_case()), sealed)


@given(TEXT)
def test_moved_to_another_column_it_does_not_open(text: str) -> None:
    case = _case()
    with pytest.raises(UnusableKey, match="changed or moved"):
        VAULT.open(place(CaseEntry.text), bound(case), _seal(VAULT, case, text))


@given(TEXT)
def test_moved_to_another_organisation_it_does_not_open(text: str) -> None:
    case = _case()
    elsewhere = Case(id=case.id, organisation="home-start-elsewhere")
    with pytest.raises(UnusableKey, match="changed or moved"):
        VAULT.open(place(Case.summary), bound(elsewhere), _seal(VAULT, case, text))


@given(TEXT, st.data())
def test_with_any_bit_flipped_it_does_not_open(text: str, data: st.DataObject) -> None:
    case = _case()
    sealed = bytearray(_seal(VAULT, case, text))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(UnusableKey):
        VAULT.open(place(Case.summary), bound(case), bytes(sealed))


@given(TEXT, st.data())
def test_cut_short_it_does_not_open(text: str, data: st.DataObject) -> None:
    case = _case()
    sealed = _seal(VAULT, case, text)
    with pytest.raises(UnusableKey):
        VAULT.open(place(Case.summary), bound(case), sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@given(TEXT, st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES))
def test_with_another_key_it_does_not_open_and_the_missing_one_is_named(text: str, secret: bytes) -> None:
    case = _case()
    with pytest.raises(UnusableKey, match=VAULT.sealing.hex()):
        Vault([Key(secret)]).open(place(Case.summary), bound(case), _seal(VAULT, case, text))


@given(TEXT)
def test_with_a_new_key_before_the_old_one_it_opens(text: str) -> None:
    case = _case()
    longer = Vault([*read_keys(new_key()), *VAULT.keys])
    assert longer.open(place(Case.summary), bound(case), _seal(VAULT, case, text)) == text


@given(st.text("abcXYZ019-_+/=", min_size=1, max_size=KEY_BYTES))
def test_what_is_no_key_is_refused_by_its_place_and_never_shown(word: str) -> None:
    with pytest.raises(UnusableKey) as refused:
        read_keys(f"{new_key()},{word}")
    assert str(refused.value) == "key 2 is no key: `hearth keys new` makes one of 43 letters"


def test_a_key_prints_as_its_name() -> None:
    (key,) = read_keys(new_key())
    assert repr(key) == f"Key({key.name.hex()})"
    assert key.secret.hex() not in repr(Vault([key]))


def test_a_sealed_column_holds_nothing_of_the_text(records: Records) -> None:
    case = _case(records.organisation)
    case.summary = records.seal(Case.summary, case, "marked words")
    assert b"marked words" not in case.summary
    assert records.open(Case.summary, case) == "marked words"
    assert replace(records, organisation="another").open(Case.summary, case) == "marked words"
