"""The errors of indexing; coach/errors.py draws the whole tree and maps each leaf to an exit code."""


class CoachError(Exception):
    """Root of every error this product raises on purpose.

    Attributes:
        retryable: Whether the same call may succeed later without a change by the caller.
        hint: The mend, one imperative sentence; shown after the message.
    """

    retryable = False
    hint = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        if hint:
            self.hint = hint


class SourceError(CoachError):
    """A file or folder cannot be read as a handbook."""

    hint = "Name a Markdown or text file in UTF-8, or a folder that holds some."


class WeightsError(CoachError):
    """Model weights are missing or are not the ones that the settings name."""

    hint = "Run 'coach weights fetch'."


class StoreError(CoachError):
    """Something is wrong with the index itself; see the leaves."""


class IndexMissingError(StoreError):
    """The collection does not exist or has no published build."""

    hint = "Run 'coach ingest' first."


class IndexMismatchError(StoreError):
    """The index was built with other parameters than the ones in force."""

    hint = "Run 'coach ingest' to rebuild it, or restore the settings it was built with."


class IndexBusyError(StoreError):
    """Another process is writing to the same collection."""

    retryable = True
    hint = "Wait for the other ingest to finish, or name another collection."


class IndexUnreachableError(StoreError):
    """The Qdrant server does not answer or refuses the request."""

    retryable = True
    hint = "Check COACH_QDRANT_URL and COACH_QDRANT_API_KEY, or unset them to use the embedded engine."
