"""torch modules to ONNX graphs; parity is a postcondition, so a graph that differs is never returned."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from lightbox_edge.backends import open_session
from lightbox_edge.errors import LightboxError

COSINE = 0.99999
MOST_BYTES = 2_000_000_000  # of weights in one ONNX file, which protobuf keeps under 2 GiB


def to_onnx(
    module: nn.Module,
    example: Mapping[str, Tensor],
    outputs: tuple[str, ...],
    dynamic: int,
    expected: tuple[Tensor, ...] | None = None,
) -> bytes:
    """Export a module that gives features or maps of them, with dynamic batch.

    Args:
        module: takes the example's tensors in order, gives (N, ...) float32 or several such.
        example: the inputs by name; parity is checked on them, so they must be real. At least two, for
            an axis of one is taken for a constant.
        outputs: the names of the outputs.
        dynamic: how many leading axes of every input are free, 1 for the batch, 2 for tokens too.
        expected: what the graph must give, by output; None is what the module gives.

    Raises:
        LightboxError: the module is over 2 GB, or the graph's features differ (cosine under 0.99999).
    """
    module = module.eval()
    free = dict.fromkeys(range(dynamic), torch.export.Dim.DYNAMIC)
    content = export_graph(module, example, outputs, [free] * len(example))
    if expected is None:
        with torch.inference_mode():
            given = module(*example.values())
        expected = given if isinstance(given, tuple) else (given,)
    check_parity(content, dict(zip(outputs, expected, strict=True)), example)
    return content


def export_graph(
    module: nn.Module,
    example: Mapping[str, Tensor],
    outputs: Sequence[str],
    free: Sequence[dict[int, object]],
) -> bytes:
    """Export any module as it is, unproven.

    Args:
        module: in evaluation mode, takes the example's tensors in order.
        example: the inputs by name.
        outputs: the names of the outputs.
        free: each input's free axes.

    Raises:
        LightboxError: the module is over 2 GB.
    """
    size = sum(one.numel() * one.element_size() for one in module.state_dict().values())
    if size > MOST_BYTES:
        raise LightboxError(
            f"What gives {outputs[0]} has {size / 1e9:.1f} GB of weights, and one ONNX file holds "
            f"{MOST_BYTES / 1e9:.0f}: take a smaller model."
        )
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own deprecated calls
        program = torch.onnx.export(
            module,
            tuple(example.values()),
            input_names=list(example),
            output_names=outputs,
            dynamic_shapes=tuple(free),
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # noqa: S101  # dynamo=True gives one
    graph = program.model_proto
    del program
    strip_notes(graph)
    content: bytes = graph.SerializeToString()
    return content


def strip_notes(model: onnx.ModelProto) -> None:
    """Remove what the exporter notes of its own work, in place.

    Shapes of inner tensors are wrong once the quantizer has been through; of every node it notes which line
    of which file on this machine it came from, and that is nobody's business on another.
    """
    del model.graph.value_info[:]
    for noted in (model, model.graph, *model.graph.node, *model.graph.initializer, *model.functions):
        noted.doc_string = ""
        del noted.metadata_props[:]
    for function in model.functions:
        for node in function.node:
            node.doc_string = ""
            del node.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output):
        del value.metadata_props[:]


def check_parity(content: bytes, expected: Mapping[str, Tensor], example: Mapping[str, Tensor]) -> None:
    """Raise unless ONNX Runtime gives, by the outputs' names, what torch gave."""
    session = open_session(content, "onnxruntime", "cpu")
    given = session.run({name: tensor.numpy() for name, tensor in example.items()})
    for output, tensor in expected.items():
        if given[output].shape != tensor.shape:
            raise LightboxError(
                f"The exported {output} have the shape {given[output].shape} and torch's "
                f"{tuple(tensor.shape)}: nothing was written."
            )
        ours, theirs = (one.reshape(len(tensor), -1) for one in (given[output], tensor.numpy()))
        lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
        cosine = float(((ours * theirs).sum(axis=1) / lengths).min())
        if not cosine >= COSINE:
            raise LightboxError(
                f"The exported {output} differ from torch's (cosine {cosine:.6f}, at least {COSINE} is "
                "needed): nothing was written."
            )
