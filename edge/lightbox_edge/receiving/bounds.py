"""What a caller may take of this machine: places, time and memory. pynetdicom itself sets no such bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pynetdicom.association import Association

MOST_ASSOCIATIONS = 8
AGREED_PDU = 1 << 16  # bytes that may be sent at a time
SILENT_SECONDS = 30
HELLO_SECONDS = 10  # to say who one is; who hangs up before holds a place for as long

_LARGEST_PDU = 1 << 20  # bytes, far more than is agreed: the first PDU comes before any agreement


def bound_pdus(association: Association) -> None:
    """Let a new caller keep no thread waiting in the middle of a PDU, and send none without an end."""
    connection: Any = association.dul.socket
    connection.socket.settimeout(SILENT_SECONDS)
    receive = connection.recv

    def bounded(count: int) -> bytearray:
        if count > _LARGEST_PDU:
            raise OSError("a PDU is larger than any that was agreed")
        return receive(count)  # type: ignore[no-any-return]  # a bytearray, as pynetdicom declares

    connection.recv = bounded


def bound_messages(association: Association, largest: int) -> None:
    """End an association whose message grows too large, or that does not wait for its answers."""
    provider = association.dimse
    message: Any = provider.message
    held = message.data_set.tell() + message.encoded_command_set.tell() if message else 0
    if held > largest or provider.msg_queue.qsize() > 1:
        association.abort()
