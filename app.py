"""The Chalice app: registers the entry points, nothing else."""

from typing import Any

from chalice.app import Chalice

from chalicelib.entrypoints.api.incidents import incident_api
from chalicelib.entrypoints.api.quick_count import quick_count_api
from chalicelib.entrypoints.api.summary import operator_api
from chalicelib.entrypoints.schedules import schedules
from chalicelib.entrypoints.streams import streams
from chalicelib.entrypoints.webhooks import webhooks

app = Chalice(app_name="baykoo")
for blueprint in (webhooks, operator_api, incident_api, quick_count_api, streams, schedules):
    app.register_blueprint(blueprint)


@app.lambda_function(name="intake")
def intake(event: dict[str, Any], context: Any) -> Any:
    """Serve the webhook routes, in a function of their own: API Gateway sends them here (infra/template/api.yaml)."""
    return app(event, context)
