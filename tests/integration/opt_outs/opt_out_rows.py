"""Who has opted out, and what the audit trail says of it, for tests."""

from pipeline import Pipeline

from chalicelib.services.opt_outs.listing import list_opt_outs
from chalicelib.store.operators import AuditRow


def opted_out(pipeline: Pipeline) -> list[str]:
    return [opt_out.phone for opt_out in list_opt_outs(pipeline.election)]


def trail(pipeline: Pipeline) -> list[tuple[str, str]]:
    """Who opted out or in, as the audit trail has it."""
    rows = AuditRow.query(pipeline.election.id, consistent_read=True)
    return [(row.who, row.action) for row in rows if row.action.startswith("opted")]
