"""Why an import is refused.

Apart from what reads files, which is large.
"""


class ImportRefused(Exception):
    """What was handed in has mistakes: nothing is loaded."""


class ImportUnknown(LookupError):
    """There is no such import, or it was deleted after a day."""
