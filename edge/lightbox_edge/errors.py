"""Every error Lightbox raises on purpose, and the exit code it ends a command with.

The message of each is one sentence that names the thing, the fact and what would work; a front end
prints it as it is.
"""

from __future__ import annotations

from lightbox_edge.printable import in_one_line


class LightboxError(Exception):
    """The call, or a file that it names, is wrong (exit code 2).

    With ``values``, which stand where the sentence has their names in braces, a screen can say it in
    another language: ``LightboxError("This is not the PIN of {reader}.", reader=shown)``. What it quotes of
    a file reaches no terminal as it is (`lightbox_edge.printable`).
    """

    exit_code = 2

    def __init__(self, sentence: str, /, **values: object) -> None:
        super().__init__(in_one_line(sentence.format_map(values) if values else sentence))
        self.sentence, self.values = sentence, values


class BundleError(LightboxError):
    """A bundle is missing, damaged or of a version that this program cannot read (exit code 3)."""

    exit_code = 3


class SignatureError(BundleError):
    """A signature is damaged, or a trusted key signed something else: tampering, which is never run."""


class Untrusted(BundleError):
    """Nobody who is trusted here signed it: there is no signature, or it is an unknown key's."""


class KitError(LightboxError):
    """A kit is damaged, or is not what its sums say (exit code 3)."""

    exit_code = 3


class UnreadableImage(LightboxError):
    """An image that cannot be decoded, or is over a limit; it gets a row with status ``unreadable``."""

    exit_code = 1


class OutOfMemory(UnreadableImage):
    """An image for which the machine had too little memory: the file may be sound, so it is tried again."""


class NotJudged(LightboxError):
    """A readable file that Lightbox must not judge; it gets a row with status ``not judged``."""

    exit_code = 0


class NotAnImage(LightboxError):
    """A file that is no image at all; it is counted and gets no row."""

    exit_code = 0
