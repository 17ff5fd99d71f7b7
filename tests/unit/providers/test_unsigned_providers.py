"""What providers that sign nothing have in common."""

import pytest
from unsigned_requests import OUT, never

from chalicelib.providers.contract import CannotSend
from chalicelib.providers.table import provider


@pytest.mark.parametrize("name", ["kannel", "telerivet", "africastalking", "infobip", "android-sms-gateway", "aws-sns"])
def test_sending_says_what_is_not_set(name):
    with pytest.raises(CannotSend):
        provider(name, {"secret": "x"}, never).send_request(OUT)
