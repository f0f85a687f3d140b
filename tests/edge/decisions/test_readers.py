"""Readers: a PIN that lies nowhere in the clear, wrong ones that cost time, names that are one name."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lightbox_edge import LightboxError, Worklist
from lightbox_edge.decisions import Readers, pins
from lightbox_edge.decisions import readers as readers_module

PIN = "open-sesame-73"


@pytest.fixture
def readers(worklist: Worklist) -> Readers:
    made = Readers(worklist)
    made.add("  Amina   Yusuf ", PIN)
    return made


class Clock:
    """A time that a test sets."""

    now = 1_800_000_000

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(readers_module, "time", made)
    return made


def wrong(readers: Readers, name: str = "Amina Yusuf") -> str:
    with pytest.raises(LightboxError) as caught:
        readers.sign_in(name, "wrong-pin-99")
    return str(caught.value)


@pytest.mark.parametrize("name", ["Amina Yusuf", "amina yusuf", " AMINA  YUSUF\t"])
def test_a_reader_signs_in_whatever_the_case(readers: Readers, name: str) -> None:
    assert readers.sign_in(name, PIN) == "Amina Yusuf"


def test_no_pin_lies_in_the_file(readers: Readers, worklist: Worklist) -> None:
    wrong(readers)
    readers.sign_in("Amina Yusuf", PIN)
    written = b"".join(path.read_bytes() for path in Path(worklist.path).parent.iterdir())
    assert b"Amina Yusuf" in written
    assert PIN.encode() not in written
    assert b"wrong-pin-99" not in written


def test_the_hash_is_scrypt_with_its_own_salt_and_its_parameters_beside(
    readers: Readers, worklist: Worklist
) -> None:
    readers.add("Björn", PIN)
    with closing(sqlite3.connect(worklist.path)) as connection:
        kept = [json.loads(pin) for (pin,) in connection.execute("SELECT pin FROM reader ORDER BY key")]
    assert kept[0]["salt"] != kept[1]["salt"]
    assert [len(bytes.fromhex(one["salt"])) for one in kept] == [16, 16]
    for one in kept:
        salt = bytes.fromhex(one["salt"])
        cost = {key: one[key] for key in "nrp"}
        assert hashlib.scrypt(PIN.encode(), salt=salt, **cost, dklen=32).hex() == one["hash"]


def test_parameters_that_were_raised_later_keep_the_old_pins(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "N", 4)
    readers.add("Björn", PIN)
    assert readers.sign_in("Amina Yusuf", PIN) == "Amina Yusuf"
    assert readers.sign_in("Björn", PIN) == "Björn"


def test_wrong_pins_make_one_wait_longer_and_longer(readers: Readers, clock: Clock) -> None:
    assert wrong(readers) == "This is not the PIN of Amina Yusuf."
    assert wrong(readers) == "This is not the PIN of Amina Yusuf."
    waits = []
    for _ in range(12):
        told = wrong(readers)
        assert told.startswith("This is not the PIN of Amina Yusuf: wait ")
        waits.append(int(told.split()[9]))
        with pytest.raises(LightboxError, match=f"Amina Yusuf must wait {waits[-1]} seconds"):
            readers.sign_in("Amina Yusuf", PIN)  # the right one is not even looked at
        clock.now += waits[-1]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]
    assert readers.sign_in("Amina Yusuf", PIN) == "Amina Yusuf"
    assert wrong(readers) == "This is not the PIN of Amina Yusuf."  # counted from the beginning


def test_ending_the_program_or_setting_the_clock_back_gives_no_endless_wait(
    readers: Readers, worklist: Worklist, clock: Clock
) -> None:
    for _ in range(3):
        wrong(readers)
    with Worklist(worklist.path) as again, pytest.raises(LightboxError, match="must wait 5 seconds"):
        Readers(again).sign_in("Amina Yusuf", PIN)
    clock.now -= 86_400
    for _ in range(2):  # whoever sets the clock back gains no try by it, and waits no longer
        with pytest.raises(LightboxError, match="must wait 5 seconds"):
            readers.sign_in("Amina Yusuf", PIN)
    clock.now += 5
    assert readers.sign_in("Amina Yusuf", PIN) == "Amina Yusuf"


def test_a_try_is_counted_before_it_is_checked(
    readers: Readers, worklist: Worklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(readers_module, "is_pin", killed)
    with pytest.raises(KeyboardInterrupt):
        readers.sign_in("Amina Yusuf", PIN)
    with worklist.reading() as connection:
        assert connection.execute("SELECT wrong FROM reader").fetchone() == (1,)


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "\x00\n\udcff"])
def test_what_is_no_name(readers: Readers, name: str) -> None:
    with pytest.raises(LightboxError, match="is no name for a reader: it needs 1 to 40 letters"):
        readers.add(name, PIN)
    with pytest.raises(LightboxError, match="There is no reader"):
        readers.sign_in(name, PIN)


@pytest.mark.parametrize("pin", ["", "123", "x" * 65, "12\n34", "12\udcff4"])
def test_what_is_no_pin(readers: Readers, pin: str) -> None:
    with pytest.raises(LightboxError, match="This PIN cannot be used: it needs 4 to 64 digits or letters"):
        readers.add("Björn", pin)
    with pytest.raises(LightboxError, match="This is not the PIN of Amina Yusuf"):
        readers.sign_in("Amina Yusuf", pin)
    assert readers.names() == ("Amina Yusuf",)


def test_a_name_is_taken_once(readers: Readers) -> None:
    with pytest.raises(LightboxError, match="There is a reader AMINA YUSUF already"):
        readers.add("AMINA YUSUF", "9999")
    assert readers.sign_in("Amina Yusuf", PIN)


@pytest.mark.parametrize("pin", ["x", "{}", '{"salt":"00","hash":"00","n":3,"r":8,"p":1}'])
def test_a_damaged_reader_is_a_sentence(readers: Readers, worklist: Worklist, pin: str) -> None:
    with worklist.writing() as connection:
        connection.execute("UPDATE reader SET pin = ?", (pin,))
    with pytest.raises(LightboxError, match="keeps of the PIN of Amina Yusuf is damaged"):
        readers.sign_in("Amina Yusuf", PIN)
