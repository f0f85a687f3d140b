"""torch modules to ONNX graphs; parity is a postcondition, so a graph that differs is never returned."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from lightbox_edge.backends import open_session
from lightbox_edge.errors import LightboxError

COSINE = 0.99999


def to_onnx(module: nn.Module, example: Mapping[str, Tensor], output: str, dynamic: int) -> bytes:
    """Export a module whose output is L2-normalised features, with dynamic batch.

    Args:
        module: takes the example's tensors in order, gives (N, dimensions) float32.
        example: the inputs by name; parity is checked on them, so they must be real.
        output: the name of the output.
        dynamic: how many leading axes of every input are free, 1 for the batch, 2 for tokens too.

    Raises:
        LightboxError: the graph's features differ from torch's (cosine under 0.99999).
    """
    module = module.eval()
    free = dict.fromkeys(range(dynamic), torch.export.Dim.DYNAMIC)
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            module,
            tuple(example.values()),
            str(path),
            input_names=list(example),
            output_names=[output],
            dynamic_shapes=(free,) * len(example),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        graph = onnx.load(path)
        # The exporter's notes on every tensor's shape are wrong once the quantizer has been through.
        del graph.graph.value_info[:]
        content: bytes = graph.SerializeToString()
        check_parity(content, module(*example.values()), example, output)
    return content


def check_parity(content: bytes, expected: Tensor, example: Mapping[str, Tensor], output: str) -> None:
    """Raise unless ONNX Runtime gives the features that torch gave."""
    session = open_session(content, "onnxruntime", "cpu")
    given = session.run({name: tensor.numpy() for name, tensor in example.items()})[output]
    cosine = float(np.sum(given * expected.numpy(), axis=-1).min())
    if not cosine >= COSINE:
        raise LightboxError(
            f"The exported {output} differ from torch's (cosine {cosine:.6f}, at least {COSINE} is needed): "
            "nothing was written."
        )
