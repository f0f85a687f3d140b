"""A worklist as a file: opened, encrypted, copied, restored, erased; its rows are of `worklist.py`."""

from lightbox_edge.worklist_files.connecting import connect, database_errors, open_file
from lightbox_edge.worklist_files.key import Key
from lightbox_edge.worklist_files.keys import key_for, needs_passphrase
from lightbox_edge.worklist_files.restoring import Restored

__all__ = ["Key", "Restored", "connect", "database_errors", "key_for", "needs_passphrase", "open_file"]
