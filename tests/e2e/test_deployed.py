"""The deployed API answers, by its URL and by its host header."""

import json
import urllib.request

from infra.stack import Stack


def test_the_deployed_api_answers(stack: Stack) -> None:
    with urllib.request.urlopen(f"{stack.api_url}/health", timeout=10) as answer:
        assert json.load(answer) == {"status": "ok"}


def test_the_host_header_is_another_way_to_it(stack: Stack) -> None:
    request = urllib.request.Request(f"{stack.endpoint_url}/api/health", headers={"Host": stack.host_header})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer) == {"status": "ok"}
