#!/bin/sh
# Starts Lightbox from the folder that this file lies in. Anything after the name is a command of its own:
#   sh start-linux.sh screen /media/camera
# Worklist, reports and caches go to LIGHTBOX_DATA, which is the folder Lightbox in your home if you name none.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export LIGHTBOX_DATA="${LIGHTBOX_DATA:-$HOME/Lightbox}"
if [ "$#" -eq 0 ]; then set -- start; fi
exec "$here/program/lightbox" "$@"
