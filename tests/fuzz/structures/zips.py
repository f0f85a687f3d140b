"""Zips: fields of their records, names, methods, and zips inside."""

from __future__ import annotations

import io
import warnings
import zipfile
from random import Random

from tests.fuzz.mutations import changed, number
from tests.fuzz.structures.texts import STRINGS

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_FIELDS = {  # offset and size of the fields of each record (APPNOTE 4.3)
    _LOCAL: ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    _CENTRAL: (
        (6, 2),
        (8, 2),
        (10, 2),
        (16, 4),
        (20, 4),
        (24, 4),
        (28, 2),
        (30, 2),
        (32, 2),
        (38, 4),
        (42, 4),
    ),
    _END: ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
}


def zip_changed(data: bytes, choose: Random) -> bytes:
    """Change a field of a record, or the names and contents of members, or bytes."""
    chance = choose.random()
    if chance < 0.2:
        return changed(data, choose)
    if chance < 0.6:
        return _field_changed(data, choose)
    return _packed_again(data, choose)


def _field_changed(data: bytes, choose: Random) -> bytes:
    made = bytearray(data)
    for _ in range(choose.choice((1, 1, 2))):
        kind = choose.choice([*_FIELDS])
        places, start = [], made.find(kind)
        while start >= 0:
            places.append(start)
            start = made.find(kind, start + 4)
        if not places:
            continue
        offset, size = choose.choice(_FIELDS[kind])
        at = choose.choice(places) + offset
        made[at : at + size] = number(choose, size).to_bytes(size, "little")
    if choose.random() < 0.1:
        made += b"PK\x06\x06" + bytes(36) + number(choose, 8).to_bytes(8, "little") * 2
        made += (
            b"PK\x06\x07" + bytes(4) + number(choose, 8).to_bytes(8, "little") + bytes(4) + bytes(data[-22:])
        )
    return bytes(made)


def _packed_again(data: bytes, choose: Random) -> bytes:
    """The same members with other names and methods, one in another zip, one that unpacks to a lot."""
    out = io.BytesIO()
    try:
        with (
            warnings.catch_warnings(),
            zipfile.ZipFile(io.BytesIO(data)) as old,
            zipfile.ZipFile(out, "w") as new,
        ):
            warnings.simplefilter("ignore")  # of names that are there twice
            for info in old.infolist()[:8]:
                name, content = info.filename, old.read(info)
                if choose.random() < 0.3:
                    name = choose.choice((name, *STRINGS)).encode(errors="ignore").decode()[:60_000]
                match choose.randrange(8):
                    case 0:
                        content = data
                    case 1:
                        content = changed(content, choose)
                    case 2:
                        content = content[:1000] + bytes(choose.choice((1 << 10, 3 << 20)))
                new.writestr(name, content, choose.choice((0, 8, 8, 12, 14)))
    except Exception:  # whatever a broken one raises: this is the fuzz's own work
        return changed(data, choose)
    return out.getvalue()
