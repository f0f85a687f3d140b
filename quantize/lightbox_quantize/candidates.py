"""The ways to each precision, and which of them is kept: the fastest of those that pass the gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf, prod
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.backends import BackendName, Session, open_session
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Precision

Pixels = NDArray[np.float32]
Method = Callable[[bytes, Pixels], bytes]

BACKENDS: tuple[BackendName, ...] = ("onnxruntime", "openvino")
ROUNDS = 7  # of each candidate on each runtime, in turn, so that a busy moment strikes all alike
BITS = {"int8": 8, "int8_avx2": 7}
LATE = "ONNX Runtime static, its last third"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A graph, the way that it was made, and its median milliseconds a film, batch 1, by runtime."""

    method: str
    model: bytes
    milliseconds: dict[BackendName, float] = field(default_factory=dict)

    @property
    def pace(self) -> float:
        """The geometric mean over runtimes, for a bundle does not know which one its laptop has."""
        if not self.milliseconds:  # no runtime loads it
            return inf
        return float(prod(self.milliseconds.values()) ** (1 / len(self.milliseconds)))


def image_methods(precision: Precision, transformer: bool) -> dict[str, Method]:
    """The ways to quantize an image encoder; each takes the model and calibration films (N, 1, S, S).

    Dynamic quantization is for matrix products: of a convolutional network it would leave all but the last
    layer in fp32. Such a network may be quantized in its last third alone.
    """
    from lightbox_quantize import nncf_graphs, ort_graphs
    from lightbox_quantize.onnx_graphs import LATE_IN_INT8
    from lightbox_quantize.weight_graphs import weights_only

    if precision == "int8_weights":
        return {"weights only": lambda model, _: weights_only(model)}
    bits = BITS[precision]
    static: dict[str, Method] = {
        "ONNX Runtime static": lambda model, films: ort_graphs.static_qdq(model, films, bits),
        "NNCF": lambda model, films: nncf_graphs.qdq(model, films, bits),
    }
    late: Method = lambda model, films: ort_graphs.static_qdq(model, films, bits, LATE_IN_INT8)  # noqa: E731  # the table's own style
    dynamic: Method = lambda model, _: ort_graphs.dynamic(model, bits)  # noqa: E731  # the table's own style
    return static | ({"ONNX Runtime dynamic": dynamic} if transformer else {LATE: late})


def timed(candidates: Sequence[Candidate], film: Pixels) -> list[Candidate]:
    """Measure every candidate on every runtime that is installed, with one film (1, S, S).

    Where one of them cannot be loaded on a runtime that loads another, it is infinitely slow there.
    """
    measured = [_milliseconds(candidates, backend, film) for backend in BACKENDS]
    columns = {backend: row for backend, row in zip(BACKENDS, measured, strict=True) if min(row) < inf}
    return [
        replace(one, milliseconds={backend: row[place] for backend, row in columns.items()})
        for place, one in enumerate(candidates)
    ]


def _milliseconds(candidates: Sequence[Candidate], backend: BackendName, film: Pixels) -> list[float]:
    times: list[list[float]] = [[] for _ in candidates]
    sessions = [_open(one.model, backend) for one in candidates]
    for _ in range(ROUNDS):
        for session, taken in zip(sessions, times, strict=True):
            started = perf_counter()
            if session is not None:
                session.run({"pixels": film[np.newaxis]})
            taken.append((perf_counter() - started) * 1000 if session is not None else inf)
    return [median(taken[1:]) for taken in times]  # the first one warms up


def _open(model: bytes, backend: BackendName) -> Session | None:
    try:
        return open_session(model, backend, "cpu")
    except LightboxError:
        return None
