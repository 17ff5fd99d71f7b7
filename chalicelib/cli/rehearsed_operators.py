"""What simulated operators did in a rehearsal, as tables."""

from rich.console import Console
from rich.table import Table

from chalicelib.rehearsal.operators.call_centre import CallCentreResult
from chalicelib.rehearsal.page import grouped, seconds


def print_worked_off(console: Console, worked_off: CallCentreResult) -> None:
    """Print how the queues were worked off, and what was left."""
    names = ("Queue", "tasks", "waited p50", "p95", "requests p50", "left")
    title = f"Worked off by {worked_off.operators} operators"
    queues = Table(*names, title=title, title_justify="left")
    for queue in worked_off.queues:
        times = (seconds(queue.waited.p50), seconds(queue.waited.p95), f"{queue.requests.p50:g}")
        queues.add_row(queue.kind, grouped(queue.waited.count), *times, grouped(worked_off.left.get(queue.kind, 0)))
    console.print(queues)
    outcomes = Table("Task: outcome", "times", title="Outcomes", title_justify="left")
    for outcome, times_done in sorted(worked_off.outcomes.items()):
        outcomes.add_row(outcome, grouped(times_done))
    console.print(outcomes)
    waiting = ", ".join(f"{kind} {count}" for kind, count in worked_off.left.items() if count) or "nothing"
    console.print(f"Left in the queues: {waiting}.")
    console.print(f"Stations that two operators called at once: {worked_off.called_by_two}.")
    console.print(f"Audit: {len(worked_off.differences)} differences.")
    for difference in worked_off.differences[:20]:
        console.print(f"  {difference}", markup=False)
