"""Which language to speak where nobody says so."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping

from lightbox_edge.languages.files import languages, load_language
from lightbox_edge.languages.language import ENGLISH, Language

VARIABLE = "LIGHTBOX_LANGUAGE"
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts: POSIX.1-2024, 8.2


def choose_language(wanted: str | None = None, environment: Mapping[str, str] = os.environ) -> Language:
    """The wanted one; else that of ``LIGHTBOX_LANGUAGE``, else the system's, else English.

    Raises:
        LightboxError: what is wanted by name is no language; a system's that is unknown is no error.
    """
    if named := wanted or environment.get(VARIABLE):
        return load_language(named)
    code = system_language(environment)
    return load_language(code) if code in languages() else ENGLISH


def system_language(environment: Mapping[str, str]) -> str:
    """The ISO 639 code of the system's language, ``fr`` of ``fr_CD.UTF-8``; empty if it tells none."""
    told = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    return (told or _of_windows()).partition(".")[0].partition("_")[0].lower()


def _of_windows() -> str:
    """Its display language; empty on other systems, which set variables."""
    if sys.platform != "win32":
        return ""
    import ctypes

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
