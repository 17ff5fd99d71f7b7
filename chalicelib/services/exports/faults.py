"""Why an export is not begun, or not shown."""


class PeopleWithheld(Exception):
    """An export with names and phones is not for this role."""


class ExportUnknown(LookupError):
    """There is no such export of this person's, or not any more.

    It is deleted after a day.
    """


class ExportNotDone(Exception):
    """An export has no files yet, or will have none."""
