"""The start files of an installed place: each reads ``current`` and runs that version's own start file.

Called through a shell, for a stick has no execute bits. They are the same in every version, or an old version
could be started by a new file.
"""

from __future__ import annotations

from lightbox_edge.home import CURRENT, VERSIONS
from lightbox_edge.kit.layout import START_LINUX, START_WINDOWS

_LINUX = f"""#!/bin/sh
# Runs the version of Lightbox that the file "{CURRENT}" names.
place=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd) || exit 2
version=
read -r version 2>/dev/null < "$place/{CURRENT}"
start=$place/{VERSIONS}/$version/{START_LINUX}
if [ -z "$version" ] || [ ! -f "$start" ]; then
    echo "lightbox: $place/{CURRENT} names no version that is there: run kit install again." >&2
    exit 2
fi
exec sh "$start" "$@"
"""

# The last command is one line, which is read whole: an update may replace this file while it runs.
_WINDOWS = f"""@echo off
setlocal
set "version="
set /p version=<"%~dp0{CURRENT}"
if not defined version goto :missing
if not exist "%~dp0{VERSIONS}\\%version%\\{START_WINDOWS}" goto :missing
call "%~dp0{VERSIONS}\\%version%\\{START_WINDOWS}" %* & exit /b
:missing
echo lightbox: "%~dp0{CURRENT}" names no version that is there: run kit install again. 1>&2
exit /b 2
"""

LAUNCHERS = {START_LINUX: _LINUX.encode(), START_WINDOWS: _WINDOWS.replace("\n", "\r\n").encode()}
