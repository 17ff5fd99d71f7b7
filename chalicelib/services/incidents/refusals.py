"""Why an incident is not changed."""


class IncidentUnknown(LookupError):
    """There is no such incident, or not in the operator's regions."""


class ChangeRefused(ValueError):
    """A change that cannot be made of an incident as it is."""
