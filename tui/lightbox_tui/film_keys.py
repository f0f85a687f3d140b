"""The keys of the film screen beside those that decide; the footer has room for the first few."""

from __future__ import annotations

from textual.binding import Binding, BindingType

STEP = 0.25  # of what is seen, that one pan moves


def _quiet(keys: str, action: str) -> Binding:
    """A key that only the help names."""
    return Binding(keys, action, show=False)


FILM_KEYS: list[BindingType] = [
    ("q,escape", "leave", "Back"),
    ("v", "overlay", "Overlay"),
    ("w", "window", "Window"),
    ("o", "open", "Open"),
    ("slash", "ask", "Ask"),
    ("m", "similar", "Similar films"),
    _quiet("right,pagedown,space", "go(1)"),
    _quiet("left,pageup", "go(-1)"),
    _quiet("down", "scroll_words(1)"),
    _quiet("up", "scroll_words(-1)"),
    _quiet("right_square_bracket", "brighten(0.05)"),
    _quiet("left_square_bracket", "brighten(-0.05)"),
    _quiet("right_curly_bracket", "widen(1.15)"),
    _quiet("left_curly_bracket", "widen(0.87)"),
    _quiet("e", "negative"),
    _quiet("plus,equals_sign", "zoom(1.25)"),
    _quiet("minus", "zoom(0.8)"),
    _quiet("0", "whole"),
    _quiet("h,shift+left", f"pan({-STEP}, 0)"),
    _quiet("l,shift+right", f"pan({STEP}, 0)"),
    _quiet("k,shift+up", f"pan(0, {-STEP})"),
    _quiet("j,shift+down", f"pan(0, {STEP})"),
    _quiet("g", "beside('model')"),
    _quiet("b", "beside('before')"),
    _quiet("t", "header"),
    *(_quiet(str(number), f"choose({number})") for number in range(1, 10)),
]
