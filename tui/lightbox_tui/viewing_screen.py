"""Looking by keys: window, zoom and place of the film that a screen shows."""

from __future__ import annotations

from lightbox_tui.deciding import DecidingScreen
from lightbox_tui.film_view import FilmView


class ViewingScreen(DecidingScreen):
    """What the keys of `film_keys` do to the view."""

    @property
    def pictures(self) -> FilmView:
        """The pictures on the screen."""
        return self.query_one(FilmView)

    def action_brighten(self, share: float) -> None:
        self.pictures.look(self.pictures.view.brightened(share))

    def action_widen(self, times: float) -> None:
        self.pictures.look(self.pictures.view.widened(times))

    def action_negative(self) -> None:
        self.pictures.look(self.pictures.view.turned_over())

    def action_whole(self) -> None:
        self.pictures.look(self.pictures.view.whole())

    def action_zoom(self, times: float) -> None:
        self.pictures.zoom(times)

    def action_pan(self, right: float, down: float) -> None:
        self.pictures.pan(right, down)

    def action_window(self) -> None:
        self.pictures.next_window()
