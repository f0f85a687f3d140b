"""Tiny networks and a whole tiny fp32 bundle of them, for what turns one bundle into another."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from lightbox_edge.anatomy import LUNGS
from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import (
    Anatomy,
    Asked,
    Descriptor,
    Finding,
    Manifest,
    MaskResult,
    OperatingPoint,
    Preprocessing,
    Rung,
    Segmenter,
    SegmenterRung,
    Target,
    TextEncoder,
)
from lightbox_edge.proving import encode_films, finding_log_odds, prove
from tests.signed import signed

Array = NDArray[np.float32]
Film = Callable[[int], NDArray[np.uint8]]

SIDE, DIMENSIONS, CHANNELS = 64, 32, 16
HOW = Preprocessing(SIDE, (0.5, 99.5), 0.5, 0.25)
FINDING = Finding("effusion", (Descriptor("There is fluid.", "There is no fluid."),))
OTHER_WORDS = Finding("effusion", (Descriptor("Fluid there.", "No fluid there."),))
NEVER_LEARNED = Asked(
    "effusion", "seen", True, "fp32", "made test", "d", 24, 24, 0.5, (0.4, 0.6), 0.4, (0.3, 0.5)
)
WORDS = ("there", "is", "no", "fluid", "heart", "large", "lung", "clear", ".")
PARTS = ("train", "calibration", "test", "test")


def network(
    name: str,
    nodes: Sequence[onnx.NodeProto],
    given: list[tuple[str, int, list[int | str]]],
    made: list[tuple[str, list[int | str]]],
    **arrays: NDArray[np.generic],
) -> bytes:
    """A checked graph: inputs (name, type, shape), float outputs (name, shape), constants by name."""
    constants = {
        name: value if value.dtype == np.int64 else value.astype(np.float32) for name, value in arrays.items()
    }
    graph = helper.make_graph(
        [*nodes],
        name,
        [helper.make_tensor_value_info(*one) for one in given],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in made],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def image_encoder(side: int = SIDE, seed: int = 0, patches: bool = False) -> bytes:
    """Two convolutions with ReLU6, pooling, projection, normalisation: what the real one is made of.

    With ``patches`` it gives patch_features too, projected by the same weights.
    """
    chance = np.random.default_rng(seed)
    edges = chance.normal(size=(12, 1, 3, 3)) * np.logspace(-0.5, 0.5, 12)[:, None, None, None]
    nodes = [
        helper.make_node("Conv", ["pixels", "w1", "b1"], ["c1"], "conv1", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Clip", ["c1", "zero", "six"], ["r1"], "relu1"),
        helper.make_node("Conv", ["r1", "w2", "b2"], ["c2"], "conv2", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Clip", ["c2", "zero", "six"], ["r2"], "relu2"),
        helper.make_node("GlobalAveragePool", ["r2"], ["p"], "pool"),
        helper.make_node("Flatten", ["p"], ["f"], "flatten"),
        helper.make_node("Gemm", ["f", "w3", "b3"], ["g"], "projection", transB=1),
        helper.make_node("LpNormalization", ["g"], ["image_features"], "norm", axis=1, p=2),
    ]
    made: list[tuple[str, list[int | str]]] = [("image_features", ["batch", DIMENSIONS])]
    if patches:
        nodes += [
            helper.make_node("Transpose", ["r2"], ["t"], "rows", perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", ["t", "flat"], ["u"], "flat"),
            helper.make_node("Gemm", ["u", "w3", "b3"], ["v"], "patch_projection", transB=1),
            helper.make_node("Reshape", ["v", "grid"], ["patch_features"], "grid"),
        ]
        made.append(("patch_features", ["batch", (side // 4) ** 2, DIMENSIONS]))
    shapes = {"flat": np.array([-1, 32]), "grid": np.array([-1, (side // 4) ** 2, DIMENSIONS])}
    return network(
        "image_encoder",
        nodes,
        [("pixels", TensorProto.FLOAT, ["batch", 1, side, side])],
        made,
        **(shapes if patches else {}),
        w1=edges - edges.mean(axis=(2, 3), keepdims=True),  # so that films differ by what is on them
        b1=chance.normal(0, 0.1, 12),
        w2=chance.normal(0, 0.2, (32, 12, 3, 3)),
        b2=chance.normal(0, 0.1, 32),
        w3=chance.normal(size=(DIMENSIONS, 32)),
        b3=chance.normal(0, 0.1, DIMENSIONS),
        zero=np.array(0.0),
        six=np.array(6.0),
    )


def text_encoder(fluid: Array | None = None) -> bytes:
    """A table of words, a product, the mean over the tokens, normalisation.

    ``fluid``, (DIMENSIONS,), is what "There is fluid." shall say, and its negative what the denial says.
    """
    chance = np.random.default_rng(2)
    table, w = chance.normal(size=(len(WORDS) + 1, 48)), chance.normal(size=(48, DIMENSIONS))
    if fluid is not None:
        there, no, last = (1 + WORDS.index(word) for word in ("there", "no", "fluid"))
        said = 20 * fluid @ np.linalg.pinv(w)
        table[[0, there, there + 1, 1 + WORDS.index(".")]] = 0
        table[last], table[no] = said, -2 * said
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["e"]),
        helper.make_node("MatMul", ["e", "w"], ["m"], "product"),
        helper.make_node("ReduceMean", ["m", "axis"], ["p"], keepdims=0),
        helper.make_node("LpNormalization", ["p"], ["text_features"], axis=1, p=2),
    ]
    return network(
        "text_encoder",
        nodes,
        [("input_ids", TensorProto.INT64, ["batch", "tokens"])],
        [("text_features", ["batch", DIMENSIONS])],
        table=table,
        w=w,
        axis=np.array([1]),
    )


def tokenizer() -> bytes:
    """One token a word, as ``tokenizer.json``."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import Whitespace

    made = Tokenizer(WordLevel({word: place for place, word in enumerate(("?", *WORDS))}, unk_token="?"))  # noqa: S106  # a token of text
    made.normalizer, made.pre_tokenizer = Lowercase(), Whitespace()
    return json.dumps(json.loads(made.to_str())).encode()


def sam_encoder(seed: int = 5) -> bytes:
    """Pixels (N, 1, S, S) to image_embedding (N, CHANNELS, S / 4, S / 4), with a stem and two more layers."""
    chance = np.random.default_rng(seed)
    nodes = [
        helper.make_node("Conv", ["pixels", "w1"], ["a"], "stem1", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"], "relu1"),
        helper.make_node("Conv", ["b", "w2"], ["c"], "stem2", strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["d"], "relu2"),
        helper.make_node("Conv", ["d", "w3"], ["e"], "wide", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["e"], ["f"], "relu3"),
        helper.make_node("Conv", ["f", "w4"], ["image_embedding"], "last"),
    ]
    return network(
        "sam_encoder",
        nodes,
        [("pixels", TensorProto.FLOAT, ["batch", 1, SIDE, SIDE])],
        [("image_embedding", ["batch", CHANNELS, SIDE // 4, SIDE // 4])],
        w1=chance.normal(0, 0.5, (8, 1, 3, 3)),
        w2=chance.normal(0, 0.3, (CHANNELS, 8, 3, 3)),
        w3=chance.normal(0, 0.2, (CHANNELS, CHANNELS, 3, 3)),
        w4=chance.normal(0, 0.5, (CHANNELS, CHANNELS, 1, 1)),
    )


def mask_decoder() -> bytes:
    """One channel of the embedding, centred, as low_res_masks; every input has its part in the outputs."""
    nodes = [
        helper.make_node("Conv", ["image_embedding", "w"], ["mixed"]),
        helper.make_node("ReduceMean", ["mixed", "places"], ["middle"], keepdims=1),
        helper.make_node("Sub", ["mixed", "middle"], ["low_res_masks"]),
        helper.make_node("ReduceMean", ["point_coords", "last"], ["coords"], keepdims=0),
        helper.make_node("Add", ["coords", "point_labels"], ["points"]),
        helper.make_node("ReduceMean", ["points", "one"], ["mean"], keepdims=1),
        helper.make_node("Sigmoid", ["mean"], ["iou_predictions"]),
    ]
    return network(
        "mask_decoder",
        nodes,
        [
            ("image_embedding", TensorProto.FLOAT, [1, CHANNELS, SIDE // 4, SIDE // 4]),
            ("point_coords", TensorProto.FLOAT, [1, "points", 2]),
            ("point_labels", TensorProto.FLOAT, [1, "points"]),
        ],
        [("low_res_masks", [1, 1, SIDE // 4, SIDE // 4]), ("iou_predictions", [1, 1])],
        w=np.random.default_rng(6).normal(size=(1, CHANNELS, 1, 1)),
        places=np.array([2, 3]),
        last=np.array([2]),
        one=np.array([1]),
    )


def anatomy_network() -> bytes:
    """Pixels (N, 1, S, S) to the logits of two masks at a quarter: what is gray on either half is a lung."""
    halves = np.full((1, 2, SIDE // 4, SIDE // 4), -20.0)
    halves[0, 0, :, SIDE // 8 :] = halves[0, 1, :, : SIDE // 8] = 4  # the left lung is on the right
    nodes = [
        helper.make_node("Conv", ["pixels", "w", "b"], ["off"], "off", strides=[4, 4]),  # middle gray is 0
        helper.make_node("Abs", ["off"], ["far"], "far"),
        helper.make_node("Sub", ["halves", "far"], ["masks"], "halves"),
    ]
    return network(
        "anatomy",
        nodes,
        [("pixels", TensorProto.FLOAT, ["batch", 1, SIDE, SIDE])],
        [("masks", ["batch", 2, SIDE // 4, SIDE // 4])],
        w=np.full((2, 1, 4, 4), 1.0),
        b=np.full(2, -16 * 0.5),
        halves=halves,
    )


def with_anatomy(bundle: Bundle, out: Path) -> Bundle:
    """The same bundle with `anatomy_network` in it, signed."""
    with new_bundle(out) as draft:
        for file in bundle.files():
            draft.add(file.path, bundle.read(file))
        anatomy = Anatomy(
            name="tiny lungs",
            licence="Apache-2.0",
            training_data=("Nothing.",),
            input_size=SIDE,
            percentiles=(0.5, 99.5),
            targets=LUNGS,
            model=draft.add("fp32/anatomy.onnx", anatomy_network()),
            precision="fp32",
            results=(MaskResult("lung_left", "made", "2026-01-01", 3, 0.9, (0.8, 0.95)),),
        )
        draft.finish(msgspec.structs.replace(bundle.manifest, anatomy=anatomy))
    return signed(out)


def write_films(folder: Path, film: Film, count: int) -> list[LabelledFilm]:
    """Films of 64 x 64 pixels by number; four of eight have fluid, a base with dark stripes.

    What the input checks see is still a chest film.
    """
    folder.mkdir(parents=True, exist_ok=True)
    films = []
    for number in range(count):
        ill = bool(number // 4 % 2)
        picture = np.asarray(Image.fromarray(film(number)).resize((SIDE, SIDE))).astype(np.float32)
        if ill:
            base = round(SIDE * np.random.default_rng(number).uniform(0.5, 0.7))
            picture[base::4] -= 60
        file = folder / f"{number:03}.png"
        Image.fromarray(np.rint(picture).clip(0, 255).astype(np.uint8)).save(file)
        films.append(LabelledFilm(file, "made", PARTS[number % 4], {FINDING.name: ill}))
    return films


def write_bundle(
    out: Path,
    films: Sequence[LabelledFilm],
    *,
    segmenter: bool,
    patches: bool = False,
    finding: Finding = FINDING,
) -> Bundle:
    """A signed fp32 bundle, calibrated and tested on these films; its words mean what tells them apart."""
    encoder = image_encoder(patches=patches)
    pixels = load_films([one.file for one in films], HOW)
    features = encode_films(open_session(encoder, "onnxruntime", "cpu"), pixels)
    ill = np.array([one.truths[finding.name] for one in films], dtype=bool)
    apart = features[ill].mean(axis=0) - features[~ill].mean(axis=0)
    text_features = (np.stack([apart, -apart]) / np.linalg.norm(apart))[np.newaxis].astype(np.float32)
    log_odds = finding_log_odds(features, text_features, (finding,), 10.0)
    targets = {finding.name: Target("sensitivity", 0.9)}
    proof = prove(films, features, log_odds, targets, "2026-01-01") if len(films) >= 80 else None
    assumed = {finding.name: OperatingPoint(1.0, 0.0, 0.5, 0.4)}
    with new_bundle(out) as draft:
        rung = Rung(
            draft.add("fp32/image_encoder.onnx", encoder),
            proof.operating_points if proof else assumed,
            None,
            proof.results if proof else (),
        )
        words = TextEncoder(
            draft.add("fp32/text_encoder.onnx", text_encoder(text_features[0, 0])),
            draft.add("tokenizer.json", tokenizer()),
            "fp32",
            16,
        )
        sam = (
            Segmenter(
                "tiny",
                "Apache-2.0",
                SIDE,
                draft.add("segmenter/mask_decoder.onnx", mask_decoder()),
                {
                    "fp32": SegmenterRung(
                        draft.add("segmenter/fp32/image_encoder.onnx", sam_encoder()), None, ()
                    )
                },
            )
            if segmenter
            else None
        )
        draft.finish(
            Manifest(
                schema_version=1,
                name="tiny",
                version="1",
                licence="Apache-2.0",
                intended_use="Tests.",
                training_data=("Nothing.",),
                limits=(),
                preprocessing=HOW,
                logit_scale=10.0,
                findings=(finding,),
                text_features=draft.add_array("text_features.npy", text_features),
                ladder={"fp32": rung},
                text_encoder=words,
                documents=(
                    draft.add("LICENCES.md", b"Apache-2.0\n"),
                    draft.add("MODEL_CARD.md", b"old\n"),
                ),
                segmenter=sam,
                unseen=(OTHER_WORDS,),
                asked=(NEVER_LEARNED,),
            )
        )
    return signed(out)
