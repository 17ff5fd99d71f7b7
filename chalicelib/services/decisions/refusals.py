"""Why a decision is not taken."""


class ReportUnknown(LookupError):
    """There is no such report in the election.

    Or not in the operator's regions.
    """


class DecisionRefused(ValueError):
    """A decision that makes no sense on the report as it is."""
