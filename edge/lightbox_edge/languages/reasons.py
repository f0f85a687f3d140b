"""What the code of a reason says, for languages that have no words for its numbers.

It stands apart from `lightbox_edge.input_checks`, which gives the codes and takes long to load.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_CODE = re.compile(r"\(([a-z_0-9]+)\)\.$")

IN_SHORT: Mapping[str, str] = {
    "low_resolution": "The picture has too few pixels to judge a film by; get the film and not its preview",
    "blank": "The picture is nearly blank; expose or scan the film again",
    "underexposed": "Most of the picture is plain white; take or scan the film again",
    "overexposed": "Most of the picture is plain black; take or scan the film again",
    "not_chest": "It does not look like a frontal chest X-ray; a person must look at it",
    "lateral": "It is a lateral view; screen the frontal film of the patient",
    "cropped": "It looks like a part of a chest film; screen the whole film, with both lungs on it",
    "inverted": "Black and white may be the wrong way round; invert the picture if bone is black on it",
    "inverted_corrected": "Black and white were the wrong way round and were put right before it was judged",
    "rotated_90": "It is turned to the left by a quarter; turn it back and screen it again",
    "rotated_180": "It is upside down; turn it and screen it again",
    "rotated_270": "It is turned to the right by a quarter; turn it back and screen it again",
    "mirrored": "Its header says that it is mirrored; mirror it and screen it again",
    "child": "The patient is or seems a child, and this bundle knows adults alone; a person must read it",
    "unsigned": "The bundle that looked at it is not signed by anybody who is trusted here",
}


def code_of(reason: str) -> str:
    """The code in brackets at a reason's end; empty where there is none, as of a file that cannot be read."""
    found = _CODE.search(reason)
    return found[1] if found else ""
