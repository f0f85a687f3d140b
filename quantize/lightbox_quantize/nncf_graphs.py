"""INT8 by NNCF on its ONNX backend: one QDQ file that both runtimes take."""

from __future__ import annotations

import logging
import sys

import numpy as np
import onnx
from numpy.typing import NDArray

# Importing nncf reports to Google Analytics, unless its telemetry package seems not to be installed.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how Python marks what must not load
import nncf  # noqa: E402
from nncf.quantization.advanced_parameters import (  # noqa: E402
    AdvancedQuantizationParameters,
    OverflowFix,
)

from lightbox_quantize.onnx_graphs import FIRST_IN_INT8, before, is_transformer  # noqa: E402

nncf.set_log_level(logging.ERROR)


def qdq(model: bytes, films: NDArray[np.float32], bits: int) -> bytes:
    """Static QDQ, calibrated on preprocessed films (N, 1, S, S); weights per channel.

    With 7 ``bits`` NNCF halves the range of every weight, so that sums of 16 bits do not saturate.
    """
    graph = onnx.load_from_string(model)
    made = nncf.quantize(
        graph,
        nncf.Dataset([{"pixels": film[np.newaxis]} for film in films]),
        subset_size=len(films),
        model_type=nncf.ModelType.TRANSFORMER if is_transformer(graph) else None,
        ignored_scope=nncf.IgnoredScope(names=before(graph, FIRST_IN_INT8)),
        advanced_parameters=AdvancedQuantizationParameters(
            overflow_fix=OverflowFix.ENABLE if bits == 7 else OverflowFix.DISABLE
        ),
    )
    content: bytes = made.SerializeToString()
    return content
