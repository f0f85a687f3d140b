"""The runtime on the clinic's laptop: read an image, judge it, keep the worklist, write reports.

>>> from lightbox_edge import Screener, Worklist, open_bundle
>>> with Worklist("clinic.worklist") as worklist, Screener(open_bundle(), worklist) as screener:
...     for result in screener.screen(["samples"]):
...         print(result.path, result.outcome.triage)

Names are loaded when they are first used, so that ``import lightbox_edge`` costs nothing.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
    from lightbox_edge.decisions import Review
    from lightbox_edge.errors import LightboxError
    from lightbox_edge.findings import finding_from_words, read_findings
    from lightbox_edge.reporting.csv_table import write_csv
    from lightbox_edge.results import Outcome, Result
    from lightbox_edge.screener import Screener
    from lightbox_edge.worklist import Worklist

# ONNX Runtime's wheel carries a client of Microsoft's telemetry: without this, which it reads when it loads,
# it keeps events in ~/.cache/Microsoft and asks the network for a server (seen with strace in 1.31.1). Its
# disable_telemetry_events() comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__all__ = [
    "Bundle",
    "LightboxError",
    "Outcome",
    "Result",
    "Review",
    "Screener",
    "Worklist",
    "finding_from_words",
    "open_bundle",
    "read_findings",
    "verify_bundle",
    "write_csv",
]

_HOME = {
    "Bundle": "bundle",
    "LightboxError": "errors",
    "Outcome": "results",
    "Result": "results",
    "Review": "decisions",
    "Screener": "screener",
    "Worklist": "worklist",
    "finding_from_words": "findings",
    "open_bundle": "bundle",
    "read_findings": "findings",
    "verify_bundle": "bundle",
    "write_csv": "reporting.csv_table",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
