"""The tables of a worklist, step by step from the first Lightbox to this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from lightbox_edge.errors import LightboxError

# Each step takes the file from one version to the next, in one transaction; never edit one, add one.
MIGRATIONS = (
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


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the tables to this version.

    Raises:
        LightboxError: the file at ``path`` has a version that this program does not know.
    """
    if _version(connection) > newest_version():
        raise LightboxError(
            f"The worklist {path} was written by a newer Lightbox: update this one, or name another."
        )
    if _version(connection) < 0:
        raise LightboxError(
            f"The worklist {path} is damaged (its version is {_version(connection)}): go back to a copy "
            "from before, or name another."
        )
    for number in range(_version(connection), newest_version()):
        with transaction(connection):
            if _version(connection) > number:  # another process was first
                continue
            for statement in _statements(MIGRATIONS[number]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """All of what is written, or nothing."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def newest_version() -> int:
    """The version of the files that this program writes."""
    return len(MIGRATIONS)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one; a trigger holds semicolons of its own."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
