"""Why a decision is not taken."""


class ReportUnknown(LookupError):
    """The operator's regions have no such report."""


class DecisionRefused(ValueError):
    """A decision that makes no sense on the report as it is."""
