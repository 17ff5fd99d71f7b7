"""What to do where the stack cannot be asked, by its fault."""

import os
from typing import Final

_CAUSES: Final = (
    (("must specify a region",), "Name the stack's region: AWS_DEFAULT_REGION=eu-central-1."),
    (("config profile",), "Is AWS_PROFILE the right name? `aws configure list-profiles` lists them."),
    (("locate credentials",), "Sign in to AWS first: AWS_PROFILE=NAME, or `aws configure`."),
    (
        ("ExpiredToken", "UnrecognizedClient", "InvalidSignature"),
        "Sign in to AWS again: these credentials are not valid.",
    ),
    (("AccessDenied", "not authorized"), "Ask whoever runs the account for this permission (docs/deployer.md)."),
    (("ResourceNotFound", "resource not found"), "Is BAYKOO_STACK the right name, and AWS_DEFAULT_REGION its region?"),
    (("connect to the endpoint",), "Is AWS_DEFAULT_REGION a region of AWS, and is there a connection to the internet?"),
)
_OF_AWS: Final = "Is BAYKOO_STACK the right name, and AWS_DEFAULT_REGION its region? Then call it again."
_OF_LOCAL: Final = "Does `make run` still run? Then call it again."


def advice(fault: Exception) -> str:
    """Return what to do about a stack that cannot be asked."""
    if "BAYKOO_STACK" not in os.environ:
        return _OF_LOCAL
    return next((mend for causes, mend in _CAUSES if any(cause in str(fault) for cause in causes)), _OF_AWS)
