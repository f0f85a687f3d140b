"""A small bundle that opens and verifies but holds no model, for tests of files and manifests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.manifest import (
    Descriptor,
    Finding,
    Manifest,
    OperatingPoint,
    OutOfDistribution,
    Preprocessing,
    Rung,
    TextEncoder,
)


@pytest.fixture
def small_bundle(tmp_path: Path) -> Path:
    """A whole bundle of a few hundred bytes with every kind of file that a manifest can name."""
    folder = tmp_path / "small"
    with new_bundle(folder) as draft:
        statistics = draft.add_array("int8/feature_statistics.npy", np.vstack([np.zeros(3), np.eye(3)]))
        rung = Rung(
            draft.add("int8/image_encoder.onnx", b"an image encoder"),
            {"effusion": OperatingPoint(1.0, 0.0, 0.5, 0.4)},
            OutOfDistribution(statistics, 4.0),
            (),
        )
        draft.finish(
            Manifest(
                schema_version=1,
                name="small",
                version="1",
                licence="Apache-2.0",
                intended_use="Tests.",
                training_data=(),
                limits=(),
                preprocessing=Preprocessing(16, (0.5, 99.5), 0.5, 0.25),
                logit_scale=10.0,
                findings=(Finding("effusion", (Descriptor("There is fluid.", "There is none."),)),),
                text_features=draft.add_array("text_features.npy", np.ones((1, 2, 3))),
                ladder={"int8": rung},
                text_encoder=TextEncoder(
                    draft.add("int8/text_encoder.onnx", b"a text encoder"),
                    draft.add("tokenizer.json", b"{}"),
                    "int8",
                    64,
                ),
                documents=(draft.add("LICENCES.md", b"Apache-2.0\n"),),
            )
        )
    return folder
