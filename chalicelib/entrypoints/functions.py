"""Every Lambda function beside the API's.

What it is called, and when by the clock.
"""

from chalice.app import Blueprint, Chalice, Cron, Rate, ScheduleExpression

from chalicelib.entrypoints.deferred_handlers import deferred

FUNCTIONS: dict[str, ScheduleExpression | None] = {
    "process": None,  # by the Messages table's stream (infra/template/functions.yaml)
    "deliver": None,
    "job": None,
    "sweep": Rate(1, unit=Rate.MINUTES),
    "chase": Rate(1, unit=Rate.MINUTES),
    "reconcile": Rate(10, unit=Rate.MINUTES),
    "summarize": Cron(0, "*", "*", "*", "?", "*"),
}
"""Each is the function of its name in the module of its name, which Lambda imports by itself, without the app."""


def register_functions(app: Chalice) -> None:
    """Register every function under its own module.

    Its cold start then loads nothing else.
    """
    for name, schedule in FUNCTIONS.items():
        blueprint = Blueprint(f"chalicelib.entrypoints.{name}")
        handler = deferred(f"{name}:{name}")
        register = blueprint.lambda_function(name) if schedule is None else blueprint.schedule(schedule, name)
        register(handler)
        app.register_blueprint(blueprint)
