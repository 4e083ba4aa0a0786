from evalhub.db.engine import Database
from evalhub.services.health import is_answering


def test_a_database_that_is_there_answers(database: Database) -> None:
    assert is_answering(database)


def test_a_database_that_is_gone_does_not_answer() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/none")

    assert not is_answering(database)
    database.dispose()
