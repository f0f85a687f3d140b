"""The receiver as a process, and a caller that sends it films."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

import pydicom

from tests.processes import environment, lightbox
from tests.received_films import CALLER, FILM, TITLE


@contextmanager
def receiving(
    *arguments: object, program: Sequence[str] = lightbox(), env: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The program once it listens on some port; it is killed where the block does not end it."""
    where = ("--bind", "127.0.0.1", "--port", "0", "--allow", CALLER)
    call = [*program, "receive", *where, *map(str, arguments)]
    with subprocess.Popen(
        call, env=env or environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, _port(process.stderr)
        finally:
            process.kill()


def _port(told: IO[str] | None) -> int:
    assert told
    lines = []
    for line in told:
        lines.append(line)
        if found := re.search(r"listens on 127\.0\.0\.1 port (\d+)", line):
            return int(found[1])
    raise AssertionError("".join(lines))


def associate(port: int) -> Any:
    import pynetdicom  # an extra

    entity = pynetdicom.AE(ae_title=CALLER)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 20
    film = pydicom.dcmread(FILM)
    entity.add_requested_context(film.SOPClassUID, film.file_meta.TransferSyntaxUID)
    association = entity.associate("127.0.0.1", port, ae_title=TITLE)
    assert association.is_established
    return association
