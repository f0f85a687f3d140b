"""Whether a file that came on a stick is a worklist all through, for SQLite keeps whatever it is given."""

from __future__ import annotations

from sqlite3 import Connection

from lightbox_edge.worklist import Worklist

_Columns = dict[str, list[tuple[str, str, int]]]  # of each table: name, type, whether it has no NULL


def damage(worklist: Worklist) -> str | None:
    """What SQLite finds wrong with its pages, or which table has other columns or types than it should."""
    with Worklist(":memory:") as new, new.reading() as connection:
        expected = _columns(connection)
    with worklist.reading() as connection:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            return str(said)
        if _columns(connection) != expected:
            return "it has not the tables of a worklist"
        odd = (table for table, columns in expected.items() if _is_odd(connection, table, columns))
        return next((f"its table {table} holds what does not belong there" for table in odd), None)


def _columns(connection: Connection) -> _Columns:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    ).fetchall()
    described = 'SELECT name, type, "notnull" OR pk FROM pragma_table_info(?)'
    return {table: connection.execute(described, (table,)).fetchall() for (table,) in tables}


def _is_odd(connection: Connection, table: str, columns: list[tuple[str, str, int]]) -> bool:
    """Whether any value is of another type than its column's."""
    odd = " OR ".join(
        f"typeof({name}) <> '{kind.lower()}'" + ("" if filled else f" AND {name} IS NOT NULL")
        for name, kind, filled in columns
    )
    asked = connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {odd})")  # noqa: S608  # ours
    return bool(asked.fetchone()[0])
