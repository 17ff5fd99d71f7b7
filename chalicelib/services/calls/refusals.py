"""Why a call cannot be taken, logged or undone."""


class TaskLeased(Exception):
    """Somebody else has the task now."""


class LeaseLost(Exception):
    """The task is not, or not any more, leased to whoever asks."""


class NothingToDo(Exception):
    """No task waits."""


class StationUnknown(LookupError):
    """There is no such station, or not in the operator's regions."""


class UndoPassed(Exception):
    """A call cannot be undone any more."""


class OutcomeInvalid(ValueError):
    """What is said of a call does not fit its outcome.

    `at` is the place in the request.
    """

    def __init__(self, at: str, what: str) -> None:
        super().__init__(what)
        self.at = at
