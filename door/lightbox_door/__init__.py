"""The front door: the one command `lightbox`."""
