"""botocore's models, read once per process: whoever imports this has them, and so has what is forked from it.

They are files of JSON that every session reads for itself: a tenth of a second of processor for each client, of which
tests make thousands.
"""

from functools import cache

import botocore.hooks
import botocore.session
import botocore.useragent
from botocore.loaders import create_loader

SERVICES = ("dynamodb", "lambda", "s3", "ses", "sns", "ssm")
"""What commands and tests ask most."""

botocore.session.create_loader = cache(create_loader)  # type: ignore[attr-defined]

# For each request every letter of what the user agent is made of is looked at, a tenth of a client's processor time.
own_sanitize = botocore.useragent.sanitize_user_agent_string_component
botocore.useragent.sanitize_user_agent_string_component = cache(own_sanitize)
# Each session looks at the signature of each of its hundreds of handlers: the half of what a client costs.
botocore.hooks.accepts_kwargs = cache(botocore.hooks.accepts_kwargs)  # type: ignore[attr-defined]

for _service in SERVICES:
    botocore.session.get_session().create_client(
        _service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
