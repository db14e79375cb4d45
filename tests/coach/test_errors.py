from coach import errors
from coach.errors import EXIT_CODES, CoachError, StoreError, UsageError, exit_code


def leaves(cls: type[CoachError]) -> list[type[CoachError]]:
    return [leaf for sub in cls.__subclasses__() for leaf in (leaves(sub) or [sub])]


def test_every_leaf_has_an_exit_code() -> None:
    """A script can tell each cause apart; 0, 1 and 130 keep their common meanings."""
    assert set(leaves(CoachError)) <= EXIT_CODES.keys()
    assert not {0, 1, 130} & set(EXIT_CODES.values())


def test_every_error_is_drawn_in_the_tree() -> None:
    """The drawing at the top of the module names each class."""
    assert errors.__doc__
    assert all(leaf.__name__ in errors.__doc__ for leaf in leaves(CoachError))


def test_a_class_without_its_own_code_takes_that_of_the_class_above() -> None:
    """An error that is only generic ends in 1."""
    assert exit_code(UsageError("no")) == 2
    assert exit_code(StoreError("no")) == 1
