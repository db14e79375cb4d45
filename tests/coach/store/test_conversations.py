import pytest

from coach.errors import ConflictError, NotFoundError, UsageError
from coach.store.conversations import ConversationStore, Turn
from coach.store.database import Database
from coach.store.owner import Owner

ANA, BEN, EVE = Owner("acme", "ana"), Owner("acme", "ben"), Owner("other", "ana")
HELLO, REPLY = Turn(role="user", text="Hello"), Turn(role="coach", text="Hi.", answer_id="a1")


def test_turns_come_back_in_order(database: Database) -> None:
    """The last turns are those said last, oldest first."""
    store = ConversationStore(database)
    made = store.create(ANA)
    for number in range(5):
        store.append(ANA, made.id, [Turn(role="user", text=str(number)), REPLY])
    assert [turn.text for turn in store.last_turns(ANA, made.id, 3)] == ["Hi.", "4", "Hi."]
    (last,) = store.last_turns(ANA, made.id, 1)
    assert (last.number, last.text, last.answer_id) == (9, REPLY.text, REPLY.answer_id)
    assert [turn.number for turn in store.last_turns(ANA, made.id, 3, before=8)] == [5, 6, 7]
    assert len(store.last_turns(ANA, made.id, 100)) == 10
    assert store.last_turns(ANA, made.id, 0) == ()


def test_state_and_turns_change_together(database: Database) -> None:
    """A change adds its turns, replaces the state and counts the version up."""
    store = ConversationStore(database)
    made = store.create(ANA, state={"topic": "caching", "levels": [1, 2.5, None]})
    after = store.append(ANA, made.id, [HELLO, REPLY], state={"topic": "retries"}, version=made.version)
    assert (after.version, after.turns, after.state) == (1, 2, {"topic": "retries"})
    assert store.get(ANA, made.id) == after
    assert store.append(ANA, made.id, [HELLO]).state == {"topic": "retries"}


def test_a_change_that_rests_on_an_old_version_is_refused_whole(database: Database) -> None:
    """Neither turns nor state of the late one are stored."""
    store = ConversationStore(database)
    made = store.create(ANA)
    current = store.append(ANA, made.id, [HELLO], state={"by": "first"}, version=0)
    with pytest.raises(ConflictError):
        store.append(ANA, made.id, [HELLO, REPLY], state={"by": "second"}, version=0)
    assert store.get(ANA, made.id) == current
    assert len(store.last_turns(ANA, made.id, 10)) == 1


def test_a_turn_that_cannot_be_stored_leaves_the_conversation_as_it_was(database: Database) -> None:
    """A refused text undoes the turns before it too."""
    store = ConversationStore(database)
    made = store.create(ANA)
    with pytest.raises(UsageError):
        store.append(ANA, made.id, [HELLO, Turn(role="user", text="a\0b")], state={"x": 1})
    assert store.get(ANA, made.id) == made


@pytest.mark.parametrize("stranger", [BEN, EVE, Owner("acme"), Owner("", "ana")])
def test_conversations_of_others_look_missing(database: Database, stranger: Owner) -> None:
    """Neither another tenant nor a colleague can read, change, list or delete one."""
    store = ConversationStore(database)
    made = store.create(ANA)
    assert store.get(stranger, made.id) is None
    assert store.list(stranger).items == ()
    assert not store.delete(stranger, made.id)
    for attempt in (
        lambda: store.append(stranger, made.id, [HELLO]),
        lambda: store.last_turns(stranger, made.id, 1),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    assert store.get(ANA, made.id) == made


def test_a_deleted_conversation_is_gone_with_its_turns(database: Database) -> None:
    """Deleting says whether there was one, and takes the turns along."""
    store = ConversationStore(database)
    kept, made = store.create(ANA), store.create(ANA)
    store.append(ANA, made.id, [HELLO])
    assert store.delete(ANA, made.id)
    assert not store.delete(ANA, made.id)
    with pytest.raises(NotFoundError):
        store.last_turns(ANA, made.id, 1)
    assert store.list(ANA).items == (kept,)


def test_conversations_are_listed_newest_first(database: Database) -> None:
    """Pages lead through all of them."""
    store = ConversationStore(database)
    made = [store.create(ANA) for _ in range(3)]
    page = store.list(ANA, limit=2)
    rest = store.list(ANA, limit=2, cursor=page.next_cursor)
    assert [*page.items, *rest.items] == made[::-1]
    assert rest.next_cursor is None
