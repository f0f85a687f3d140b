"""The worklist: one SQLite file that holds every result, durable before anyone is told of it.

A row belongs to a picture (file, zip member, frame) and to the judge (bundle, precision, findings) that
looked at it. Commits are synchronous and write-ahead logged, so a power cut loses at most what was not
yet reported, and a second run finds what the first one did.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from lightbox_edge.errors import LightboxError
from lightbox_edge.reading import Source
from lightbox_edge.results import AnomalyRank, FilmKey, Outcome, Result, Triage
from lightbox_edge.worklist_files import Key, database_errors, open_file

_PATIENCE_SECONDS = 30  # for another process that holds the file

# Each step takes the file from one version to the next, in one transaction; never edit one, add one.
_MIGRATIONS = (
    """
    CREATE TABLE judge (
        id TEXT PRIMARY KEY, bundle TEXT NOT NULL, precision TEXT NOT NULL, findings TEXT NOT NULL,
        first_used TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE picture (  -- frame 0: the only picture of its file
        judge TEXT NOT NULL REFERENCES judge (id), location TEXT NOT NULL, member TEXT NOT NULL,
        frame INTEGER NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL, sha256 TEXT, status TEXT NOT NULL, triage TEXT NOT NULL,
        outcome TEXT NOT NULL, judged_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
        PRIMARY KEY (judge, location, member, frame));
    CREATE INDEX picture_content ON picture (judge, sha256);
    CREATE INDEX picture_triage ON picture (triage);
    """,
    """
    CREATE TABLE film (  -- a judged picture by its content, so that copies are one, see lightbox_edge.anomaly
        judge TEXT NOT NULL REFERENCES judge (id), sha256 TEXT NOT NULL, frame INTEGER NOT NULL,
        anomaly_rank INTEGER, anomaly_films INTEGER, patches BLOB NOT NULL,
        PRIMARY KEY (judge, sha256, frame))
    """,
    """
    ALTER TABLE judge ADD COLUMN version TEXT NOT NULL DEFAULT '';
    ALTER TABLE judge ADD COLUMN calibration TEXT NOT NULL DEFAULT '';
    CREATE TABLE reader (  -- see lightbox_edge.decisions.readers; pin: a salted hash as JSON
        key TEXT PRIMARY KEY, name TEXT NOT NULL, pin TEXT NOT NULL, wrong INTEGER NOT NULL DEFAULT 0,
        waits_until INTEGER NOT NULL DEFAULT 0, added_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE decision (  -- see lightbox_edge.decisions.log; AUTOINCREMENT keeps the highest number given
        number INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL, hash TEXT NOT NULL);
    CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN
        SELECT RAISE(ABORT, 'a decision is never changed'); END;
    CREATE TRIGGER decision_is_kept BEFORE DELETE ON decision BEGIN
        SELECT RAISE(ABORT, 'a decision is never deleted'); END;
    CREATE TRIGGER decision_comes_last BEFORE INSERT ON decision
        WHEN EXISTS (SELECT 1 FROM decision WHERE number >= NEW.number) BEGIN
        SELECT RAISE(ABORT, 'a decision is only ever appended'); END;
    """,
    """
    -- What lists are filtered by, from the outcome; a line feed stands before and after each finding's name.
    ALTER TABLE picture ADD COLUMN patient TEXT NOT NULL DEFAULT '';
    ALTER TABLE picture ADD COLUMN flagged_for TEXT NOT NULL DEFAULT '';
    ALTER TABLE picture ADD COLUMN reasons TEXT NOT NULL DEFAULT '';
    UPDATE picture SET
        patient = coalesce(json_extract(outcome, '$.header.PatientID'), ''),
        flagged_for = coalesce((
            SELECT char(10) || group_concat(json_extract(value, '$.name'), char(10)) || char(10)
            FROM json_each(outcome, '$.findings') WHERE json_extract(value, '$.flagged')), ''),
        reasons = coalesce((SELECT group_concat(value, ' ') FROM json_each(outcome, '$.reasons')), '')
        WHERE json_valid(outcome);
    DROP INDEX picture_triage;
    CREATE INDEX picture_urgency ON picture (
        CASE triage WHEN 'flagged' THEN 0 WHEN 'uncertain' THEN 1 WHEN 'not judged' THEN 2 ELSE 3 END,
        path, frame, sha256, patient, flagged_for, reasons);
    CREATE INDEX film_rank ON film (anomaly_rank) WHERE anomaly_rank IS NOT NULL;
    """,
    """
    CREATE TABLE film_features (  -- beside `film`: who reads them all reads no patches
        judge TEXT NOT NULL REFERENCES judge (id), sha256 TEXT NOT NULL, frame INTEGER NOT NULL,
        features BLOB NOT NULL, PRIMARY KEY (judge, sha256, frame))
    """,
    """
    -- Worklists are merged: an entry names what it follows, and two readers may have one name.
    ALTER TABLE decision ADD COLUMN follows TEXT NOT NULL DEFAULT '';  -- see lightbox_edge.decisions.chain
    DROP TRIGGER IF EXISTS decision_stays;
    UPDATE decision SET follows = coalesce(
        (SELECT hash FROM decision AS one WHERE one.number < decision.number ORDER BY number DESC LIMIT 1),
        printf('%064d', 0));
    CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN
        SELECT RAISE(ABORT, 'a decision is never changed'); END;
    CREATE TABLE registered (  -- a name and its PIN; registration: the salt of that PIN when it was first set
        registration TEXT PRIMARY KEY, person TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
        pin TEXT NOT NULL, wrong INTEGER NOT NULL DEFAULT 0, waits_until INTEGER NOT NULL DEFAULT 0,
        added_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    INSERT INTO registered SELECT salt, salt, key, name, pin, wrong, waits_until, added_at FROM (
        SELECT iif(json_valid(pin), coalesce(json_extract(pin, '$.salt'), key), key) AS salt, * FROM reader);
    DROP TABLE reader;
    ALTER TABLE registered RENAME TO reader;
    """,
)
_APART = "//"  # in no absolute path but at its beginning

_RANKED = (
    "path, frame, sha256, outcome, anomaly_rank, anomaly_films"
    " FROM picture LEFT JOIN film USING (judge, sha256, frame)"
)
_STORED = {
    4: tuple[str, int, str | None, str],
    6: tuple[str, int, str | None, str, int | None, int | None],  # the columns of _RANKED
}
TRIAGES: tuple[Triage, ...] = ("flagged", "uncertain", "not judged", "not flagged")  # the urgent first
# An index holds this very expression: written otherwise, all rows would be sorted anew each time.
URGENCY = "CASE triage WHEN 'flagged' THEN 0 WHEN 'uncertain' THEN 1 WHEN 'not judged' THEN 2 ELSE 3 END"
_URGENCY = f"ORDER BY {URGENCY}, path, frame"
# A file that has changed leaves the patches of what it was.
_PRESENT = (
    "FROM film WHERE judge = ? AND EXISTS (SELECT 1 FROM picture WHERE picture.judge = film.judge"
    " AND picture.sha256 = film.sha256 AND picture.frame = film.frame)"
)


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judged: ``id`` changes when the bundle, its precision or the findings looked for change.

    ``version`` is the bundle's, ``calibration`` the identity of the operating points; both are empty in the
    rows of an older Lightbox.
    """

    id: str
    bundle: str
    precision: str
    findings: tuple[str, ...]
    version: str = ""
    calibration: str = ""


@dataclass(frozen=True, slots=True)
class FileResults:
    """All rows of one file, which are committed together: one result, or one for each frame.

    ``patches`` are what the results' films are ranked by (`lightbox_edge.patches`), ``features`` what they
    are compared by (`lightbox_edge.features`), each empty for one that has none; none at all change nothing
    of what is known of that content.
    """

    source: Source
    sha256: str | None
    results: tuple[Result, ...]
    patches: tuple[bytes, ...] = ()
    features: tuple[bytes, ...] = ()


class Worklist:
    """An open worklist file, created if it is not there; ``:memory:`` keeps one that is thrown away.

    ``patience`` is how many seconds it waits for another process that holds the file, ``key`` that of an
    encrypted one (`lightbox_edge.worklist_files.key_for`).
    """

    def __init__(
        self, path: str | os.PathLike[str], *, patience: float = _PATIENCE_SECONDS, key: Key | None = None
    ) -> None:
        self.path = os.fspath(path)
        self.key = key
        with self._said():
            self._connection = open_file(self.path, key, patience)
            self._migrate()

    def again(self) -> Worklist:
        """The same file opened once more, for another thread."""
        return Worklist(self.path, key=self.key)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Worklist:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_judge(self, judge: Judge) -> None:
        with self._said():
            self._connection.execute(
                "INSERT INTO judge (id, bundle, precision, findings, version, calibration)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " version = excluded.version, calibration = excluded.calibration WHERE judge.version = ''",
                (
                    judge.id, judge.bundle, judge.precision, msgspec.json.encode(judge.findings).decode(),
                    judge.version, judge.calibration,
                ),
            )  # fmt: skip

    def commit(self, judge: Judge, files: Iterable[FileResults]) -> None:
        """Write the rows of some files in one transaction; when it returns they are on the disk."""
        with self._said(), self._transaction():
            for file in files:
                source, member = file.source, "/".join(file.source.members)
                # A zip around it that has a row could not be looked into when that was written.
                around = ("/".join(source.members[:depth]) for depth in range(len(source.members)))
                self._connection.executemany(
                    "DELETE FROM picture WHERE judge = ? AND location = ? AND member = ?",
                    [(judge.id, source.location, place) for place in (*around, member)],
                )
                self._connection.executemany(
                    "INSERT INTO picture (judge, location, member, frame, path, bytes, modified_ns,"
                    " sha256, status, triage, outcome, patient, flagged_for, reasons)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (
                            judge.id, source.location, member, result.frame or 0, result.file, source.bytes,
                            source.modified_ns, file.sha256, result.outcome.status,
                            result.outcome.triage, msgspec.json.encode(result.outcome).decode(),
                            *_filtered_by(result.outcome),
                        )
                        for result in file.results
                    ],
                )  # fmt: skip
                for place, packed in (
                    ("film (judge, sha256, frame, patches)", file.patches),
                    ("film_features (judge, sha256, frame, features)", file.features),
                ):
                    if kept := _of_films(judge, file, packed):
                        insert = f"INSERT OR IGNORE INTO {place} VALUES (?, ?, ?, ?)"  # noqa: S608  # ours
                        self._connection.executemany(insert, kept)

    def known(self, judge: Judge, source: Source) -> tuple[Result, ...]:
        """The rows of a file that this judge has seen and that has not changed since; empty if none.

        A file that could not even be read (no SHA-256) is not known: it is tried again.
        """
        return self._rows(
            "judge = ? AND location = ? AND member = ? AND bytes = ? AND modified_ns = ?"
            " AND sha256 IS NOT NULL ORDER BY frame",
            (judge.id, source.location, "/".join(source.members), source.bytes, source.modified_ns),
        )

    def same_content(self, judge: Judge, sha256: str) -> tuple[Result, ...]:
        """The rows of the first file with that content that this judge has seen; empty if none."""
        return self._rows(
            "rowid IN (SELECT same.rowid FROM picture AS first JOIN picture AS same"
            " USING (judge, location, member) WHERE first.rowid = (SELECT min(rowid) FROM picture"
            " WHERE judge = ? AND sha256 = ?)) ORDER BY frame",
            (judge.id, sha256),
        )

    def results(self) -> Iterator[Result]:
        """Every row, the flagged first, then by path; read page by page, so memory stays flat."""
        with self._said(), self._cursor() as cursor:
            cursor.execute(f"SELECT {_RANKED} {_URGENCY}")
            for row in cursor:
                yield _result(row)

    def judged(self) -> Iterator[tuple[Judge, Result]]:
        """The same rows in the same order, each with who judged it."""
        return self._judged(_URGENCY)

    def judged_by_patient(self) -> Iterator[tuple[Judge, Result]]:
        """The same rows by PatientID, each patient's in that order; those without one first, by content."""
        return self._judged(f"ORDER BY patient, iif(patient = '', sha256, ''), {URGENCY}, path, frame")

    def judged_of_patient(self, patient: str) -> Iterator[tuple[Judge, Result]]:
        """The rows of one PatientID in that order."""
        return self._judged(f"WHERE patient = ? {_URGENCY}", patient)

    def _judged(self, which: str, *values: str) -> Iterator[tuple[Judge, Result]]:
        with self._said(), self._cursor() as cursor:
            cursor.execute(f"SELECT judge, {_RANKED} {which}", values)
            judges: dict[str, Judge] = {}
            for judge, *row in cursor:
                if judge not in judges:
                    judges[judge] = self._judge(judge)
                yield judges[judge], _result(row)

    def numbered(self, numbers: Sequence[int]) -> dict[int, tuple[Judge, Result]]:
        """The rows with these row numbers, each with who judged it; one that is gone is left out."""
        marks = ", ".join("?" * len(numbers))
        with self._said():
            rows = self._connection.execute(
                f"SELECT picture.rowid, judge, {_RANKED} WHERE picture.rowid IN ({marks})",
                numbers,
            ).fetchall()
            judges = {judge: self._judge(judge) for judge in {row[1] for row in rows}}
            return {number: (judges[judge], _result(row)) for number, judge, *row in rows}

    def places(self, judge: str, sha256: str) -> list[tuple[str, str, int]]:
        """Where files of that content were when a judge saw them.

        Each is the location on the disk, the member inside that zip (empty where there is none) and the
        content's size in bytes; in the order of their paths.
        """
        with self._said():
            found = self._connection.execute(
                "SELECT DISTINCT location, member, bytes FROM picture WHERE judge = ? AND sha256 = ?"
                " ORDER BY path",
                (judge, sha256),
            ).fetchall()
        return [(true_location(location), member, size) for location, member, size in found]

    def judges(self) -> list[Judge]:
        """Everybody who judged, in the order of their first use."""
        with self._said():
            known = self._connection.execute("SELECT id FROM judge ORDER BY rowid").fetchall()
            return [self._judge(one) for (one,) in known]

    def finding_names(self) -> tuple[str, ...]:
        """The findings that the worklist's judges looked for, each once, in the order of their first use."""
        with self._said():
            judges = self._connection.execute("SELECT findings FROM judge ORDER BY rowid")
            names = [name for (findings,) in judges for name in msgspec.json.decode(findings, type=list[str])]
        return tuple(dict.fromkeys(names))

    def films(self, judge: Judge) -> dict[FilmKey, AnomalyRank | None]:
        """The films of this judge that can be ranked, each with the rank that it has."""
        with self._said():
            rows = self._connection.execute(
                f"SELECT sha256, frame, anomaly_rank, anomaly_films {_PRESENT}", (judge.id,)
            )
            return {(row[0], row[1]): AnomalyRank(row[2], row[3]) if row[2] else None for row in rows}

    def patches(self, judge: Judge) -> Iterator[tuple[FilmKey, bytes]]:
        """The packed patches of those films, read page by page."""
        with self._said(), self._cursor() as cursor:
            cursor.execute(f"SELECT sha256, frame, patches {_PRESENT}", (judge.id,))
            for sha256, frame, patches in cursor:
                yield (sha256, frame), patches

    def rank(self, judge: Judge, ranks: Mapping[FilmKey, AnomalyRank]) -> None:
        """Write the ranks of a whole batch in one transaction; no rank of before stays."""
        with self._said(), self._transaction():
            self._connection.execute(
                "UPDATE film SET anomaly_rank = NULL, anomaly_films = NULL WHERE judge = ?", (judge.id,)
            )
            self._connection.executemany(
                "UPDATE film SET anomaly_rank = ?, anomaly_films = ?"
                " WHERE judge = ? AND sha256 = ? AND frame = ?",
                [(one.rank, one.films, judge.id, *key) for key, one in ranks.items()],
            )

    def is_ranked(self) -> bool:
        """Whether any film has a rank, of whichever judge."""
        with self._said():
            asked = self._connection.execute(
                "SELECT EXISTS (SELECT 1 FROM film WHERE anomaly_rank IS NOT NULL)"
            )
            return bool(asked.fetchone()[0])

    def strangest(self, judge: Judge, count: int) -> tuple[Result, ...]:
        """The films that are the least like the others, the strangest first; of copies the first path."""
        with self._said():
            rows = self._connection.execute(
                f"SELECT {_RANKED} WHERE judge = ? AND anomaly_rank <= ? ORDER BY anomaly_rank, path",
                (judge.id, count),
            )
            first = {row[4]: row for row in reversed(rows.fetchall())}
        return tuple(_result(first[rank]) for rank in sorted(first))

    def copies(self, judge: Judge, film: FilmKey) -> tuple[Result, ...]:
        """The rows of one film that this judge has seen, wherever it lies, by path."""
        with self._said():
            rows = self._connection.execute(
                f"SELECT {_RANKED} WHERE judge = ? AND sha256 = ? AND frame = ? ORDER BY path",
                (judge.id, *film),
            )
            return tuple(map(_result, rows))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The file as it is at one moment, for one who reads several tables of it."""
        with self._said(), self._transaction("DEFERRED"):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The file with its write lock held: what was written is on the disk when it ends without an error.

        Raises:
            LightboxError: another process holds the lock, or the disk is full; nothing is written.
        """
        with self._said(), self._transaction():
            yield self._connection

    def fold(self) -> None:
        """Bring everything into the one file, as if it was closed, and see that nobody else has it open.

        Raises:
            LightboxError: another program has it open, or the disk is full; nothing is lost then.
        """
        with self._said():
            self._connection.execute("PRAGMA journal_mode = DELETE")

    @contextmanager
    def _cursor(self) -> Iterator[sqlite3.Cursor]:
        """For reading page by page; whoever stops in the middle may have closed the worklist by then."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            with suppress(*database_errors()):
                cursor.close()

    def _judge(self, judge: str) -> Judge:
        found = self._connection.execute(
            "SELECT bundle, precision, findings, version, calibration FROM judge WHERE id = ?", (judge,)
        ).fetchone()
        bundle, precision, findings, version, calibration = msgspec.convert(
            found, tuple[str, str, str, str, str]
        )
        names = msgspec.json.decode(findings, type=tuple[str, ...])
        return Judge(judge, bundle, precision, names, version, calibration)

    def _rows(self, where: str, values: tuple[object, ...]) -> tuple[Result, ...]:
        with self._said():
            rows = self._connection.execute(
                f"SELECT path, frame, sha256, outcome FROM picture WHERE {where}",  # noqa: S608  # the callers' literals
                values,
            )
            return tuple(_result(row) for row in rows)

    def _migrate(self) -> None:
        if self._version() > newest_version():
            raise LightboxError(
                f"The worklist {self.path} was written by a newer Lightbox: update this one, or name another."
            )
        if self._version() < 0:
            raise LightboxError(
                f"The worklist {self.path} is damaged (its version is {self._version()}): go back to a copy "
                "from before, or name another."
            )
        for number in range(self._version(), newest_version()):
            with self._transaction():
                if self._version() > number:  # another process was first
                    continue
                for statement in _statements(_MIGRATIONS[number]):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {number + 1}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        self._connection.execute(f"BEGIN {kind}")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn SQLite's errors, also those in no UTF-8, and a row that is no outcome, into a sentence."""
        try:
            yield
        except database_errors(msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            if "locked" in str(error):
                raise LightboxError(
                    "The worklist {path} is held by another program: nothing was written; try again when "
                    "that has finished.",
                    path=self.path,
                ) from error
            if "malformed" in str(error):
                raise LightboxError(
                    "The worklist {path} is damaged ({error}): end every Lightbox and run lightbox worklist "
                    "verify, which restores its last good copy.",
                    path=self.path,
                    error=error,
                ) from error
            raise LightboxError(
                "The worklist {path} cannot be used ({error}): name another with --worklist, on a disk that "
                "can be written and has room.",
                path=self.path,
                error=error,
            ) from error


def newest_version() -> int:
    """The version of the files that this program writes."""
    return len(_MIGRATIONS)


def apart(location: str, sha256: str) -> str:
    """A location as a row keeps it that shares its place with another film's, see `lightbox_edge.merging`."""
    return f"{location}{_APART}{sha256}"


def true_location(kept: str) -> str:
    """The location on the disk, whether or not its row is kept `apart`."""
    cut = kept.rfind(_APART)
    return kept[:cut] if cut > 0 else kept


def _of_films(
    judge: Judge, file: FileResults, packed: tuple[bytes, ...]
) -> list[tuple[str, str | None, int, bytes]]:
    """What is kept of the films of a file beside their results, of those that have it."""
    return [
        (judge.id, file.sha256, result.frame or 0, one)
        for result, one in zip(file.results, packed, strict=bool(packed))
        if one
    ]


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one; a trigger holds semicolons of its own."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _filtered_by(outcome: Outcome) -> tuple[str, str, str]:
    """Patient, findings that are flagged and reasons, as the columns of these names hold them."""
    flagged = [one.name for one in outcome.findings if one.flagged]
    lines = "\n".join(["", *flagged, ""]) if flagged else ""
    return outcome.header.PatientID, lines, " ".join(outcome.reasons)


def _result(row: Sequence[Any]) -> Result:
    path, frame, sha256, outcome, *rank = msgspec.convert(row, _STORED[len(row)])  # SQLite keeps any type
    anomaly = AnomalyRank(*rank) if any(rank) else None
    return Result(path, frame or None, sha256, msgspec.json.decode(outcome, type=Outcome), anomaly)
