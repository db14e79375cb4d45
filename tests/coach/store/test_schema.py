from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from coach.errors import DatabaseError, SchemaError, SettingsError
from coach.settings import Settings
from coach.store import draft, schema
from coach.store.base import Base
from coach.store.database import Database
from coach.store.holdings import UNOWNED, owned_tables


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """A database without tables."""
    with Database(database_url) as opened:
        yield opened


def differences(database: Database) -> list[object]:
    """Return how the tables of a database differ from those of this version."""
    options = schema.compare_options()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, options["target_metadata"]))


def test_the_migrations_lead_to_exactly_the_tables(empty: Database) -> None:
    """A database that was migrated from nothing has the tables, columns, types and indexes of the code."""
    empty.migrate()
    assert differences(empty) == []
    empty.check()


def test_every_migration_can_be_undone_and_done_again(empty: Database) -> None:
    """Down to nothing and up again gives the same tables; nothing but alembic's own table stays between."""
    empty.migrate()
    with empty.migrating() as connection:
        schema.downgrade(connection, "base")
    assert inspect(empty.engine).get_table_names() == ["alembic_version"]
    empty.migrate()
    assert differences(empty) == []


def test_the_migrations_are_one_line() -> None:
    """No two migrations follow the same one."""
    assert len(schema._scripts().get_heads()) == 1


def test_no_table_is_forgotten_when_somebody_is_erased() -> None:
    """Each table either belongs to persons or says why not."""
    schema.tables()
    owned = {table.__tablename__ for table in owned_tables()}
    assert owned | UNOWNED.keys() == Base.metadata.tables.keys()
    assert not owned & UNOWNED.keys()


def test_a_new_table_needs_one_command(tmp_path: Path) -> None:
    """The draft of a migration holds nothing when the tables are those of the migrations."""
    written = draft.write("nothing new", tmp_path).read_text()
    assert written.count("pass") == 2
    assert f'down_revision = "{schema.newest()}"' in written.replace("'", '"')


def test_a_draft_of_the_first_migration_makes_the_same_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is drafted from nothing names every table, in plain types."""
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)
    written = draft.write("all tables", tmp_path).read_text()
    assert all(f'"{table}"' in written.replace("'", '"') for table in Base.metadata.tables)
    assert "coach.store" not in written
    with Database(f"sqlite:///{tmp_path}/again.sqlite") as database:
        database.migrate()
        assert differences(database) == []


def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    """Several connections that migrate an empty database at the same time all succeed."""
    databases = [Database(database_url) for _ in range(4)]
    with ThreadPoolExecutor(len(databases)) as threads:
        assert set(threads.map(Database.migrate, databases)) == {schema.newest()}
    for database in databases:
        database.check()
        database.close()


def test_a_database_without_tables_says_how_to_mend_it(empty: Database) -> None:
    """Using it before it was migrated names the command that migrates."""
    if empty.engine.dialect.name == "sqlite":
        Path(str(empty.engine.url.database)).parent.mkdir()
    with pytest.raises(SchemaError) as failure:
        empty.check()
    assert "coach db upgrade" in failure.value.hint
    with pytest.raises(SchemaError), empty.session() as session:
        session.execute(text("SELECT * FROM answers"))


def test_a_database_of_a_newer_version_is_left_alone(empty: Database) -> None:
    """An unknown revision is refused by the check and by the migration."""
    empty.migrate()
    with empty.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError):
        empty.check()
    with pytest.raises(SchemaError):
        empty.migrate()


@pytest.mark.parametrize(
    "url", ["mysql://root@localhost/db", "no url", "sqlite://", "sqlite:///:memory:", "oracle://x"]
)
def test_a_url_that_cannot_work_is_a_wrong_setting(url: str) -> None:
    """Other engines, and databases in memory, are refused by name."""
    with pytest.raises(SettingsError, match="COACH_DATABASE_URL"):
        Database(url)


@pytest.mark.parametrize("folder", ["what?now", "a%20b", "a#b", "a@b:c"])
def test_the_file_stands_in_the_data_folder_whatever_that_is_called(tmp_path: Path, folder: str) -> None:
    """A character that means something in a URL means nothing in the folder's name."""
    chosen = Settings(_env_file=None, data_dir=tmp_path / folder)
    with Database.from_settings(chosen) as database:
        database.migrate()
    assert [file.relative_to(tmp_path) for file in tmp_path.rglob("*.sqlite")] == [
        Path(folder, "coach.sqlite")
    ]


def test_a_database_that_does_not_answer_is_retryable(tmp_path: Path) -> None:
    """Neither a closed port nor a folder that is a file leaks the driver's exception or the password."""
    (tmp_path / "file").write_text("")
    for url in (f"sqlite:///{tmp_path}/file/coach.sqlite", "postgresql://me:hunter2@127.0.0.1:1/db"):
        with Database(url, timeout_s=1) as database:
            for call in (database.migrate, database.check):
                with pytest.raises(DatabaseError) as failure:
                    call()
                assert failure.value.retryable
                assert "hunter2" not in str(failure.value)


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    """An exception in the block undoes the whole transaction."""
    insert = "INSERT INTO audit_heads (tenant, sequence, hash) VALUES ('acme', 0, '')"

    def fail() -> None:
        with database.session() as session:
            session.execute(text(insert))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM audit_heads")).scalar() == 0


def test_a_locked_database_is_waited_for_and_then_given_up(database_url: str) -> None:
    """A writer that waits longer than the timeout gets a retryable error; a reader never waits."""
    with Database(database_url, timeout_s=0.2) as database:
        database.migrate()
        insert = text("INSERT INTO audit_heads (tenant, sequence, hash) VALUES ('acme', 0, '')")
        with database.session() as first:
            begin = {"sqlite": "SELECT 1", "postgresql": "LOCK TABLE audit_heads IN EXCLUSIVE MODE"}
            first.execute(text(begin[database.engine.dialect.name]))
            with database.reading() as reader:
                assert reader.execute(text("SELECT count(*) FROM audit_heads")).scalar() == 0
            with pytest.raises(DatabaseError), database.session() as second:
                second.execute(insert)


def test_an_error_never_repeats_a_row(database: Database) -> None:
    """What the engine says of a refused row is cut before its values: they may be somebody's words."""
    row = "INSERT INTO conversation_turns (tenant, text) VALUES ('acme', 'my own words')"
    with pytest.raises(DatabaseError) as failure, database.session() as session:
        session.execute(text(row))
    assert "person" in str(failure.value)
    assert "words" not in str(failure.value)
