"""Where the frozen program starts: the command, or one of its own decoder processes.

A frozen program is its own interpreter, so what `lightbox_edge.decoder` calls its Python with comes here.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    if sys.argv[1:] == ["-m", "lightbox_edge.decoder"]:
        from lightbox_edge.decoder import serve

        serve()
    else:
        from lightbox_door.main import program

        program()
