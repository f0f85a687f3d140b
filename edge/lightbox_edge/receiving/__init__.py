"""Films that an X-ray machine sends: a DICOM receiver (C-STORE, PS3.4 Annex B), the one place with a network.

`Inbox` keeps what comes, `Receiver` listens. Neither judges a film; that is the work of another process.
"""
