"""Have schemathesis make only headers that an HTTP message can hold.

The others never reach the API: whatever speaks HTTP before it refuses them, the emulator's server in a text of its own.
What no client sends goes over the wire as it is (`test_what_no_client_sends…`).
"""

import re
from typing import Any

import schemathesis

UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What RFC 9110 (5.5) allows in no field's value."""


@schemathesis.hook
def filter_headers(_context: schemathesis.HookContext, headers: dict[str, Any] | None) -> bool:
    return not any(UNSENDABLE.search(str(value)) for value in (headers or {}).values())
