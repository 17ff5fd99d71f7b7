"""The Chalice app: registers routes and functions, nothing else."""

from typing import Any

from chalice.app import Chalice

from chalicelib.entrypoints.api.routes import register_routes
from chalicelib.entrypoints.functions import register_functions

# Lambda's own handler writes what chalice logs: one of chalice's would stand before Powertools' if a stack is named so.
app = Chalice(app_name="baykoo", configure_logs=False)
register_routes(app)
register_functions(app)


@app.lambda_function(name="intake")
def intake(event: dict[str, Any], context: Any) -> Any:
    """Serve the webhooks in a function of their own (infra/template/api.yaml)."""
    return app(event, context)
