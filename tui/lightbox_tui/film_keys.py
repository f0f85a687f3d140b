"""The keys of the film screen beside those that decide; the key line has room for the first few."""

from __future__ import annotations

from textual.binding import Binding, BindingType

STEP = 0.25  # of what is seen, that one pan moves
_PICTURE = Binding.Group("Keys of the picture")


def _quiet(keys: str, action: str, words: str) -> Binding:
    """A key that only the help names."""
    return Binding(keys, action, words, show=False, group=_PICTURE)


FILM_KEYS: list[BindingType] = [
    ("q,escape", "leave", "Back"),
    ("v", "overlay", "Overlay"),
    ("w", "window", "Window"),
    ("o", "open", "Open"),
    ("slash", "ask", "Ask"),
    ("m", "similar", "Similar films"),
    _quiet("right,pagedown,space", "go(1)", "Next film"),
    _quiet("left,pageup", "go(-1)", "Film before"),
    _quiet("down", "scroll_words(1)", "Words down"),
    _quiet("up", "scroll_words(-1)", "Words up"),
    _quiet("right_square_bracket", "brighten(0.05)", "Brighter"),
    _quiet("left_square_bracket", "brighten(-0.05)", "Darker"),
    _quiet("right_curly_bracket", "widen(1.15)", "Wider window"),
    _quiet("left_curly_bracket", "widen(0.87)", "Narrower window"),
    _quiet("e", "negative", "Negative"),
    _quiet("plus,equals_sign", "zoom(1.25)", "Closer"),
    _quiet("minus", "zoom(0.8)", "Further off"),
    _quiet("0", "whole", "Whole film"),
    _quiet("h,shift+left", f"pan({-STEP}, 0)", "Pan left"),
    _quiet("l,shift+right", f"pan({STEP}, 0)", "Pan right"),
    _quiet("k,shift+up", f"pan(0, {-STEP})", "Pan up"),
    _quiet("j,shift+down", f"pan(0, {STEP})", "Pan down"),
    _quiet("g", "beside('model')", "Compare with fp32"),
    _quiet("b", "beside('before')", "Earlier film"),
    _quiet("t", "header", "DICOM header"),
    *(_quiet(str(number), f"choose({number})", "Draw this finding") for number in range(1, 10)),
]
