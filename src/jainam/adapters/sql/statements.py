"""Statements: built by SQLAlchemy Core, compiled once, run on the driver's cursor."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

Row = tuple[Any, ...]
Values = Mapping[str, Any]
_NOTHING: Values = {}


class Cursor(Protocol):
    """What is used of a driver's cursor."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """What is used of a driver's connection."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Cursor: ...
    def close(self) -> None: ...


class Statement:
    """
    One statement with its binds. Compiled on first use; thread-safe, as compiling twice ends at the same text.

    Running the compiled text on the driver's cursor costs a third of ``Connection.execute``: the tables use types that
    need no processing by SQLAlchemy, on the way in or out. A constant ``NULL`` is written as ``null()``: a bind without
    a value is one that the caller gives.
    """

    __slots__ = ("_clause", "_prepared")

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._prepared: tuple[str, Callable[[Values], Any]] | None = None

    def run(self, connection: Connection, dialect: Dialect, values: Values = _NOTHING) -> Cursor:
        """Run the statement with these values for its binds."""
        prepared = self._prepared
        if prepared is None:
            prepared = self._prepared = self._prepare(dialect)
        sql, arrange = prepared
        return connection.execute(sql, arrange(values))

    def _prepare(self, dialect: Dialect) -> tuple[str, Callable[[Values], Any]]:
        compiled = self._clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        if not isinstance(compiled, SQLCompiler):  # a statement about tables binds nothing
            return str(compiled), lambda _: ()
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        names = tuple(compiled.positiontup or ())
        if not names:
            return str(compiled), lambda _: ()
        if fixed:
            return str(compiled), lambda values: [values[name] if name in values else fixed[name] for name in names]
        if len(names) == 1:
            only = names[0]
            return str(compiled), lambda values: (values[only],)
        return str(compiled), itemgetter(*names)


class Transaction:
    """Runs statements on one connection, inside what the store opened around it."""

    __slots__ = ("_connection", "_dialect")

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def rows(self, statement: Statement, values: Values = _NOTHING) -> list[Row]:
        """Return every row."""
        return statement.run(self._connection, self._dialect, values).fetchall()

    def row(self, statement: Statement, values: Values = _NOTHING) -> Row | None:
        """Return the first row."""
        found: Row | None = statement.run(self._connection, self._dialect, values).fetchone()
        return found

    def write(self, statement: Statement, values: Values = _NOTHING) -> int:
        """Run a writing statement and return how many rows it touched."""
        return statement.run(self._connection, self._dialect, values).rowcount
