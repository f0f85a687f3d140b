"""A SAM's image encoder to INT8, so that its masks stay and its time halves.

NNCF quantizes, with SmoothQuant (Xiao et al., ICML 2023), to a QDQ graph; then what no CPU runs in INT8 as
NNCF writes it is rewritten. Why, with figures, is in docs/architecture.md.
"""

from __future__ import annotations

import logging
import sys

import numpy as np
import onnx
from numpy.typing import NDArray

# Importing openvino reports to Google Analytics, unless its telemetry package seems not to be installed.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how Python marks what must not load
import nncf  # noqa: E402
from nncf.quantization.advanced_parameters import (  # noqa: E402
    AdvancedQuantizationParameters,
    OverflowFix,
)

from lightbox_edge.errors import LightboxError  # noqa: E402
from lightbox_edge.manifest import Precision  # noqa: E402
from lightbox_quantize.weight_graphs import weights_only  # noqa: E402
from lightbox_quantize.zero_points import place_zero_points  # noqa: E402

# How many convolutions from the input stay fp32. LiteMedSAM's two of the stem gain nothing in INT8 and cost
# most; the six of its first stage, at 256 x 256, gain a tenth of the time and cost most of what is left.
STEM, FIRST_STAGE = 2, 8


def quantize_sam_encoder(
    model: bytes, films: NDArray[np.float32], precision: Precision, first_in_int8: int = FIRST_STAGE
) -> bytes:
    """INT8 QDQ of an image encoder, calibrated on films (N, 1, S, S) in 0 to 1.

    Args:
        model: the fp32 graph, input ``pixels``, output ``image_embedding``.
        films: as the segmenter takes them; a dozen are enough.
        precision: ``int8``, ``int8_avx2`` (weights of 7 bits) or ``int8_weights``.
        first_in_int8: counts convolutions from 0, in the graph's order; those by channel stay fp32 too.
            Weights alone are all quantized.

    Raises:
        LightboxError: the precision is none of these.
    """
    if precision not in ("int8", "int8_avx2", "int8_weights"):
        raise LightboxError(f"A segmenter cannot be quantized to {precision}: use int8 or int8_avx2.")
    nncf.set_log_level(logging.ERROR)
    if precision == "int8_weights":
        return weights_only(model)
    graph = onnx.load_from_string(model)
    quantized = nncf.quantize(
        graph,
        nncf.Dataset(list(films), lambda film: {"pixels": film[np.newaxis]}),
        preset=nncf.QuantizationPreset.MIXED,
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(films),
        ignored_scope=nncf.IgnoredScope(names=_kept(graph, first_in_int8), validate=False),
        advanced_parameters=AdvancedQuantizationParameters(
            overflow_fix=OverflowFix.ENABLE if precision == "int8_avx2" else OverflowFix.DISABLE
        ),
    )
    content: bytes = place_zero_points(quantized).SerializeToString()
    return content


def _kept(model: onnx.ModelProto, first_in_int8: int) -> list[str]:
    """The names of the convolutions that stay fp32."""
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    by_channel = [
        node for node in convolutions if any(one.name == "group" and one.i > 1 for one in node.attribute)
    ]
    return [node.name for node in [*convolutions[:first_in_int8], *by_channel]]
