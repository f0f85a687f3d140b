"""A reading mode's list as a sequence of rows, of which only those on the screen are read."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from sqlite3 import Connection
from typing import overload

from lightbox_edge.browsing.filters import Filter
from lightbox_edge.browsing.listing import common_folder, count_by_triage, list_rows, row_number
from lightbox_edge.browsing.marks import Marks
from lightbox_edge.decisions import Review, ReviewRow
from lightbox_edge.decisions.visibility import Visible
from lightbox_edge.results import FilmKey
from lightbox_edge.worklist import Worklist

PAGE = 64  # rows
_KEPT_PAGES = 8


class Pages(Sequence[ReviewRow]):
    """The rows that a review's mode offers its reader and a filter lets through.

    The urgent come first; in blind-first they stand by path, for their order would tell. The order is kept as
    one number a row and stays as it is until `begin`, `show` or `refresh` is called, so that places hold
    while another process writes. Rows are read a page at a time.

    Raises:
        LightboxError: from every method, where the worklist cannot be read.
    """

    def __init__(self, worklist: Worklist, review: Review) -> None:
        self._worklist, self._review = worklist, review
        self._pages: OrderedDict[int, list[ReviewRow]] = OrderedDict()
        self.begin()

    def begin(self) -> None:
        """Make the list for whoever is signed in now, with no filter."""
        self.filter = Filter()
        self._marks = Marks(self._review)
        self._kept: set[FilmKey] = set()
        self._review.news()
        self._review.recorded.clear()
        self._take_in()

    def show(self, wanted: Filter) -> None:
        """Make the list anew with another filter."""
        self.filter = wanted
        self._kept = set()
        self._review.recorded.clear()
        with self._worklist.reading() as connection:
            self._list(connection)

    def refresh(self, at: ReviewRow | None = None) -> bool:
        """Take in what was written since, here and elsewhere; whether there was anything.

        A film stays on the list, whatever the filter says of its decisions now, where this reader has
        decided on it since the filter was set, or where it is the one that he is ``at``.
        """
        news = self._review.news()
        self._kept |= self._review.recorded
        if at and at.film in news:
            self._kept.add(at.film)
        with self._worklist.reading() as connection:
            written_elsewhere = _version(connection) != self._version
            self._marks.update(connection, news)
        if written_elsewhere:
            self._take_in()
        self.counts = self._marks.count(self._all_rows)
        return written_elsewhere or bool(news)

    def place(self, row: ReviewRow) -> int | None:
        """Where a row stands on the list now; None where it does not."""
        result = row.result
        with self._worklist.reading() as connection:
            number = row_number(connection, result.file, result.frame or 0, row.judge.id)
        try:
            return self._numbers.index(number) if number else None
        except ValueError:
            return None

    def next_waiting(self, after: int) -> int | None:
        """The next place below whose film waits for a decision, or else the first above."""
        waiting = (
            place
            for place in (*range(after + 1, len(self)), *range(after))
            if self._marks[self._numbers[place]].waits
        )
        return next(waiting, None)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> ReviewRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[ReviewRow]: ...
    def __getitem__(self, place: int | slice) -> ReviewRow | list[ReviewRow]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(f"there are {len(self)} rows")
        number, offset = divmod(place % len(self), PAGE)
        page = self._page(number)
        return page[offset] if page else self[min(place, len(self) - 1)]

    def _page(self, number: int) -> list[ReviewRow] | None:
        """A page; None where a row of it is gone, as the list is then made anew."""
        if number not in self._pages:
            rows = self._numbers[number * PAGE : (number + 1) * PAGE]
            found = self._worklist.numbered(rows)
            if len(found) < len(rows):  # a file was screened again meanwhile
                self._take_in()
                return None
            self._pages[number] = [ReviewRow(result, judge) for judge, result in (found[one] for one in rows)]
            if len(self._pages) > _KEPT_PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return self._pages[number]

    def _take_in(self) -> None:
        """Read everything anew but the rows themselves."""
        with self._worklist.reading() as connection:
            self._version = _version(connection)
            self._all_rows = count_by_triage(connection)
            self.folder = common_folder(connection)
            self._marks.read(connection)
            self._list(connection)
        self.counts = self._marks.count(self._all_rows)

    def _list(self, connection: Connection) -> None:
        numbers = list_rows(connection, self.filter, by_path=self._review.mode == "blind-first")
        marks = self._marks
        if self._lists(marks.untouched):
            left_out = {number for number, mark in marks.items() if not self._lists(mark.visible, mark.film)}
            numbers = array("q", (one for one in numbers if one not in left_out)) if left_out else numbers
        else:
            taken = {number for number, mark in marks.items() if self._lists(mark.visible, mark.film)}
            numbers = array("q", (one for one in numbers if one in taken))
        self._numbers = numbers
        self._pages.clear()

    def _lists(self, visible: Visible, film: FilmKey | None = None) -> bool:
        """Whether the mode and the filter's questions about decisions let a row through."""
        return film in self._kept or (visible.offered and self.filter.lets_through(visible))


def _version(connection: Connection) -> int:
    """A number that is another one as soon as another connection has written."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
