"""The listener: who may send, how much at a time, and what each gets as an answer (PS3.4 B.2.3, PS3.7 C)."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from pynetdicom import AE, _config, evt
from pynetdicom.events import Event

from lightbox_edge.errors import LightboxError, UnreadableImage
from lightbox_edge.reading.dicom import read_identity
from lightbox_edge.reading.limits import Limits
from lightbox_edge.receiving.accepted import STORAGE_CLASSES, TRANSFER_SYNTAXES, VERIFICATION
from lightbox_edge.receiving.bounds import (
    AGREED_PDU,
    HELLO_SECONDS,
    MOST_ASSOCIATIONS,
    SILENT_SECONDS,
    bound_messages,
    bound_pdus,
)
from lightbox_edge.receiving.inbox import Inbox
from lightbox_edge.receiving.rules import Rules

SUCCESS, OUT_OF_RESOURCES, OTHER_CLASS, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xA900, 0xC000

log = logging.getLogger(__name__)


class Receiver:
    """Listens from its making until its end; a context manager.

    Its threads hold nothing that must be saved: an object is in the inbox, or was never acknowledged.

    Args:
        rules: who may send.
        inbox: where films are kept.
        kept: is told each film's file, once it is there, by any thread.

    Raises:
        LightboxError: the address cannot be listened on.
    """

    def __init__(self, rules: Rules, inbox: Inbox, kept: Callable[[Path], None]) -> None:
        self._rules, self._inbox, self._kept = rules, inbox, kept
        self._tallies: dict[Any, Counter[str]] = {}
        self._one_at_a_time = threading.Lock()  # parsing and the inbox are for one thread
        _silence()
        self._entity = _entity(rules)
        handlers: list[Any] = [
            (evt.EVT_C_STORE, self._store),
            (evt.EVT_CONN_OPEN, lambda event: bound_pdus(event.assoc)),
            (evt.EVT_CONN_CLOSE, self._closed),
            (evt.EVT_DATA_RECV, lambda event: bound_messages(event.assoc, rules.largest)),
            (evt.EVT_REJECTED, self._rejected),
        ]
        try:
            server = self._entity.start_server(
                (rules.address, rules.port), block=False, evt_handlers=handlers
            )
        except OSError as error:
            raise LightboxError(
                f"{rules.address} port {rules.port} cannot be listened on ({error.strerror}): name an "
                "address of this machine and a free port, above 1023 unless you are its administrator."
            ) from error
        self.port: int = server.server_address[1] if server else rules.port

    def __enter__(self) -> Receiver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entity.shutdown()

    def _store(self, event: Event) -> int:
        """Answer a C-STORE request: nothing succeeds before it is on the disk."""
        with self._one_at_a_time:
            status, place = self._put(event)
        tally = self._tallies.setdefault(event.assoc, Counter())
        if status != SUCCESS:
            tally["refused"] += 1
        elif place is None:
            tally["here before"] += 1
        else:
            tally["kept"] += 1
            self._kept(place)
        return status

    def _put(self, event: Event) -> tuple[int, Path | None]:
        request: Any = event.request
        content = event.encoded_dataset()
        try:
            told = read_identity(content, Limits(bytes=self._rules.largest))
            if told != (request.AffectedSOPClassUID, request.AffectedSOPInstanceUID):
                return OTHER_CLASS, None
            return SUCCESS, self._inbox.keep(request.AffectedSOPInstanceUID, content)
        except UnreadableImage:
            return CANNOT_UNDERSTAND, None
        except LightboxError as error:
            log.error("%s", error)
            return OUT_OF_RESOURCES, None

    def _rejected(self, event: Event) -> None:
        caller: Any = event.assoc.requestor
        log.info("A caller at %s was refused: its title is not allowed, or too many call.", caller.address)

    def _closed(self, event: Event) -> None:
        if tally := self._tallies.pop(event.assoc, None):
            told = ", ".join(f"{count} {what}" for what, count in tally.items())
            log.info("%s sent films: %s.", event.assoc.requestor.ae_title, told)


def _silence() -> None:
    """Keep pynetdicom's own messages in: they tell what headers hold."""
    _config.LOG_HANDLER_LEVEL = "none"
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)


def _entity(rules: Rules) -> AE:
    entity = AE(ae_title=rules.ae_title)
    entity.require_called_aet = True
    entity.require_calling_aet = list(rules.allowed)
    entity.maximum_associations = MOST_ASSOCIATIONS
    entity.maximum_pdu_size = AGREED_PDU
    entity.acse_timeout = HELLO_SECONDS
    entity.dimse_timeout = entity.network_timeout = SILENT_SECONDS
    entity.add_supported_context(VERIFICATION)
    for storage in STORAGE_CLASSES:
        entity.add_supported_context(storage, list(TRANSFER_SYNTAXES))
    return entity
