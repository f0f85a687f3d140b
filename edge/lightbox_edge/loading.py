"""From a source to tensors: read, hash, decode no more than needed, preprocess. Runs in a decoder process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.errors import LightboxError, NotAnImage, NotJudged, OutOfMemory, UnreadableImage
from lightbox_edge.input_checks import examine
from lightbox_edge.input_checks.inversion import CORRECTED
from lightbox_edge.input_checks.picture import picture
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.preprocess import decode_size, fit, normalise
from lightbox_edge.radiograph import Header, Radiograph
from lightbox_edge.reading import Frame, Limits, Source, read_bytes, read_frames
from lightbox_edge.results import Status

NO_HEADER = Header()


@dataclass(frozen=True, slots=True)
class LoadedFrame:
    """A frame ready for the image encoder, or the reason why there is none.

    ``pixels`` is (1, input_size, input_size) float32. ``notes`` say what was done to it, ``for_adults`` why
    a bundle that knows adults alone must not judge it. ``decode_seconds``, ``preprocess_seconds`` and
    ``check_seconds`` are the work spent on it. ``radiograph`` is there where `load` was told to keep it.
    """

    number: int | None
    pixels: NDArray[np.float32] | None
    header: Header = NO_HEADER
    status: Status = "judged"
    reason: str = ""
    notes: tuple[str, ...] = ()
    for_adults: str = ""
    decode_seconds: float = 0.0
    preprocess_seconds: float = 0.0
    check_seconds: float = 0.0
    radiograph: Radiograph | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """All frames of one file; none if it is no image. ``sha256`` is None if it could not be read."""

    source: Source
    sha256: str | None
    frames: tuple[LoadedFrame, ...]
    is_image: bool = True


def load(
    source: Source,
    how: Preprocessing,
    limits: Limits,
    *,
    checked: bool = True,
    kept_side: int | None = None,
) -> Loaded:
    """Load one file; whatever is wrong with it comes back as a reason, never as an exception.

    ``checked`` is False for films that teach or measure: they are what they are said to be. With
    ``kept_side`` the radiographs are kept, also those that must not be judged, upright in their tones and
    never reduced below that longer side.
    """
    started = perf_counter()
    sha256 = None
    try:
        content = read_bytes(source, limits)
        sha256 = hashlib.sha256(content).hexdigest()
        frames = tuple(_frames(content, how, limits, started, checked, kept_side))
    except NotAnImage:
        return Loaded(source, None, (), is_image=False)
    except OutOfMemory as error:
        return _tried_again(source, error, perf_counter() - started)
    except (UnreadableImage, NotJudged) as error:
        frames = (_refused(None, error, perf_counter() - started),)
    except MemoryError:
        too_big = OutOfMemory("There is not enough memory to decode it.")
        return _tried_again(source, too_big, perf_counter() - started)
    return Loaded(source, sha256, frames)


def load_films(files: Sequence[Path], how: Preprocessing) -> NDArray[np.float32]:
    """Load labelled films, one picture each, as screening does; (N, 1, input_size, input_size).

    Raises:
        LightboxError: a film cannot be read.
    """
    films = []
    for file in files:
        try:
            source = Source(str(file), str(file), (), file.stat().st_size, 0)
        except OSError as error:
            raise LightboxError(f"The film {file} cannot be used: {error.strerror}.") from error
        frames = load(source, how, Limits(), checked=False).frames
        if not frames or frames[0].pixels is None:
            raise LightboxError(
                f"The film {file} cannot be used: {frames[0].reason if frames else 'no image'}"
            )
        films.append(frames[0].pixels)
    return np.stack(films)


def read_film(file: Path, longer_side: int) -> Radiograph:
    """`read_radiograph` of a file."""
    try:
        return read_radiograph(Source(str(file), str(file), (), file.stat().st_size, 0), longer_side)
    except OSError as error:
        raise LightboxError(f"The film {file} cannot be used: {error.strerror}.") from error


def read_radiograph(source: Source, longer_side: int) -> Radiograph:
    """Read the first picture of a film; its longer side may come reduced, never below ``longer_side``.

    Raises:
        LightboxError: the film cannot be read.
    """
    try:
        frame = next(iter(read_frames(read_bytes(source, Limits()), longer_side)))
    except (UnreadableImage, NotJudged, NotAnImage) as error:
        raise LightboxError(f"The film {source.path} cannot be used: {error}") from error
    if not isinstance(frame.outcome, Radiograph):
        raise LightboxError(f"The film {source.path} cannot be used: {frame.outcome}")
    return frame.outcome


def _frames(
    content: bytes,
    how: Preprocessing,
    limits: Limits,
    started: float,
    checked: bool,
    kept_side: int | None,
) -> Iterator[LoadedFrame]:
    # What is kept is decoded by itself: a film that was reduced less has not quite the same probabilities.
    kept = repeat(None) if kept_side is None else read_frames(content, kept_side, limits)
    for frame, larger in zip(read_frames(content, decode_size(how), limits), kept, strict=False):
        decoded = perf_counter()
        loaded = _loaded(frame, how, decoded - started, checked)
        yield loaded if larger is None else replace(loaded, radiograph=_kept(larger.outcome, loaded))
        started = perf_counter()


def _kept(radiograph: object, loaded: LoadedFrame) -> Radiograph | None:
    """A frame's radiograph in the tones in which it was preprocessed; None where it has none."""
    if not isinstance(radiograph, Radiograph):
        return None
    if str(CORRECTED) in loaded.notes:
        return replace(radiograph, pixels=np.iinfo(radiograph.pixels.dtype).max - radiograph.pixels)
    return radiograph


def _loaded(frame: Frame, how: Preprocessing, decode_seconds: float, checked: bool) -> LoadedFrame:
    radiograph = frame.outcome
    if isinstance(radiograph, OutOfMemory):  # a file is tried again whole
        raise radiograph
    if not isinstance(radiograph, Radiograph):
        return _refused(frame.number, radiograph, decode_seconds)
    started = perf_counter()
    fitted = fit(radiograph, how.input_size)
    fit_seconds = perf_counter() - started
    made = LoadedFrame(frame.number, None, radiograph.header, decode_seconds=decode_seconds)
    if checked:
        started = perf_counter()
        found = examine(picture(radiograph, fitted))
        made = replace(made, check_seconds=perf_counter() - started, for_adults=str(found.for_adults or ""))
        if found.refused:
            return replace(
                made, status="not judged", reason=str(found.refused), preprocess_seconds=fit_seconds
            )
        if found.inverted:
            fitted = np.iinfo(radiograph.pixels.dtype).max - fitted
            made = replace(made, notes=(str(CORRECTED),))
    started = perf_counter()
    pixels = normalise(fitted, how)
    return replace(made, pixels=pixels, preprocess_seconds=fit_seconds + perf_counter() - started)


def _tried_again(source: Source, error: OutOfMemory, seconds: float) -> Loaded:
    """Without a SHA-256, as a file that could not be read: the next run finds no row of that content."""
    return Loaded(source, None, (_refused(None, error, seconds),))


def _refused(number: int | None, error: UnreadableImage | NotJudged, seconds: float) -> LoadedFrame:
    status: Status = "unreadable" if isinstance(error, UnreadableImage) else "not judged"
    return LoadedFrame(number, None, status=status, reason=str(error), decode_seconds=seconds)
