"""
The desk's store in SQL: sessions and the intent journal, shared by all processes of a desk.

The only importer of SQLAlchemy. `SqlStore` opens one database by URL; `SqlIntentJournal` and `SqlTokenRepository` work
on it. SQLAlchemy Core describes the tables and builds every statement; each is compiled once and its text runs on the
driver's own cursor, because a call here stands between a decision and an order (docs/adr/0007-sqlite-in-wal.md).
"""
