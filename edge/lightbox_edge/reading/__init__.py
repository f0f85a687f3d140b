"""The reading part of the edge: from a path to grayscale radiographs.

`find_sources` lists what lies under files, folders and zips, `read_bytes` fetches one file, and
`read_frames` turns its bytes into `Frame`s, each with a `Radiograph` or with the reason why not.
What a file is, is told by its content. `Limits` are checked before anything is decoded, no more pixels
are decoded than are asked for, and whatever a decoder does comes out as one sentence.
"""

from lightbox_edge.reading.contents import read_bytes
from lightbox_edge.reading.decode import read_frames
from lightbox_edge.reading.frame import Frame
from lightbox_edge.reading.limits import Limits
from lightbox_edge.reading.sources import Refused, Source, find_sources

__all__ = ["Frame", "Limits", "Refused", "Source", "find_sources", "read_bytes", "read_frames"]
