"""The page that tells whoever opens a pack what it is and what is asked of him."""

from __future__ import annotations

from collections.abc import Sequence

from lightbox_edge.referring.films_told import ToldFilm

_PAGE = """\
X-RAYS FOR A SECOND PAIR OF EYES

A clinic without a radiologist asks you to look at {films}. Patients' names, numbers, dates, ages
and sex were taken out of the files; what is written on a picture itself was not. If you can read there
who the patient is, keep it to yourself and tell the clinic.

What is here
  film-01 ...    the films. DICOM files open in any DICOM viewer, others in any viewer of pictures
  films.csv      what the program Lightbox said of each film (films.json: the same for programs)
  answers.csv    the form for your answers

What the program says is no diagnosis. "flagged" means that a person must look; a probability is right only
for films like those it learned from. Look at each film first, and at films.csv afterwards.

How to answer
Open answers.csv in a spreadsheet or an editor. Leave the first three columns as they are. On each row:
  reader   your name, on the first row at least
  answer   one of: {answers}
  seen     what you see, in words, parted by semicolons (may be empty)
  note     anything else, in a line (may be empty)
A row without an answer is a film that you passed over. "refer" says that somebody must see the patient,
"repeat" that the film must be taken again; "agree" and "disagree" are said to what films.csv says.
Save it as CSV (UTF-8) and send that one file back. Write no patient's name into it.

This is referral {referral}. Its films mean something to the clinic alone.
"""


def read_me(referral: str, films: Sequence[ToldFilm]) -> str:
    """The page, with line ends that every editor knows."""
    from lightbox_edge.referring.answer_form import ANSWERS

    count = "one film" if len(films) == 1 else f"{len(films)} films"
    page = _PAGE.format(films=count, answers=", ".join(ANSWERS), referral=referral)
    return page.replace("\n", "\r\n")
