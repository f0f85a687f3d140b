"""The listener: who may send, how much at a time, and what each gets as an answer (PS3.4 B.2.3, PS3.7 C)."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pynetdicom import AE, _config, evt
from pynetdicom.events import Event

from lightbox_edge.errors import LightboxError, UnreadableImage
from lightbox_edge.reading.dicom import read_identity
from lightbox_edge.reading.limits import Limits
from lightbox_edge.receiving.accepted import STORAGE_CLASSES, TRANSFER_SYNTAXES, VERIFICATION
from lightbox_edge.receiving.inbox import Inbox

SUCCESS, OUT_OF_RESOURCES, OTHER_CLASS, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xA900, 0xC000

MOST_ASSOCIATIONS = 8
LARGEST_OBJECT = 256 << 20  # bytes; a film of 5000 x 4000 pixels has 40 MB
_LARGEST_PDU = 1 << 20  # bytes; what may be sent at a time is agreed to be far less
_AGREED_PDU = 1 << 16
_SECONDS = 30  # that a caller may be silent
HELLO_SECONDS = 10  # that one may take to say who it is; who hangs up before holds a place for as long

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where to listen, under which title, and to whom.

    Attributes:
        address: of this machine, IPv4 or IPv6.
        port: 0 takes any that is free.
        ae_title: what callers must call.
        allowed: the titles of callers; nobody else is let in.
        largest: the most bytes of one object.
    """

    address: str
    port: int
    ae_title: str
    allowed: tuple[str, ...]
    largest: int = LARGEST_OBJECT


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
            (evt.EVT_CONN_OPEN, self._opened),
            (evt.EVT_CONN_CLOSE, self._closed),
            (evt.EVT_DATA_RECV, self._hold_to_limits),
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

    def _opened(self, event: Event) -> None:
        """Let nobody keep a thread waiting in the middle of a PDU, or send one without an end."""
        connection: Any = event.assoc.dul.socket
        connection.socket.settimeout(_SECONDS)
        receive = connection.recv

        def bounded(count: int) -> bytearray:
            if count > _LARGEST_PDU:
                raise OSError("a PDU is larger than any that was agreed")
            return receive(count)  # type: ignore[no-any-return]  # bytearray, as pynetdicom declares

        connection.recv = bounded

    def _hold_to_limits(self, event: Event) -> None:
        """End an association whose message grows too large, or that does not wait for its answers."""
        provider = event.assoc.dimse
        message: Any = provider.message
        held = message.data_set.tell() + message.encoded_command_set.tell() if message else 0
        if held > self._rules.largest or provider.msg_queue.qsize() > 1:
            event.assoc.abort()

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
    entity.maximum_pdu_size = _AGREED_PDU
    entity.acse_timeout = HELLO_SECONDS
    entity.dimse_timeout = entity.network_timeout = _SECONDS
    entity.add_supported_context(VERIFICATION)
    for storage in STORAGE_CLASSES:
        entity.add_supported_context(storage, list(TRANSFER_SYNTAXES))
    return entity
