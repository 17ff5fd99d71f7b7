"""No body, header or nesting makes a described gateway stumble."""

from described_calls import heard
from gateway_calls import CODED, DISPOSITION, EVENTS, FIELDS, FORM
from hypothesis import given
from hypothesis import strategies as st

WAYS = st.sampled_from(["json", "form", "xml"])
KINDS = st.sampled_from(
    [
        "",
        FORM,
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/xml; charset=hex",
        "text/xml; charset=utf-16",
    ]
)
PIECES = st.lists(
    st.sampled_from(
        [
            "<a>",
            "</a>",
            "<",
            "&",
            "x",
            "=",
            "[",
            "]",
            "{",
            "}",
            '"',
            ":",
            ",",
            "--b\r\n",
            "\r\n\r\n",
            "--b--",
            "\ufeff",
            "id",
            "text",
            "1",
        ]
    )
    | st.text(max_size=3),
    max_size=30,
).map(lambda pieces: "".join(pieces).encode(errors="surrogatepass"))
HEADS = st.sampled_from(
    [
        "",
        *(f"--b\r\n{DISPOSITION.format(name)}\r\n" for name in FIELDS),
        "--b\r\nContent-Disposition: x; name*=x\r\n",
        "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n--c\r\n",
        "--b\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    ]
)


@given(WAYS, KINDS, st.lists(HEADS, max_size=4).map("".join).map(str.encode), PIECES | st.binary(max_size=60))
def test_nothing_makes_it_stumble(way, kind, heads, body):
    for described in (
        {"body": way},
        {"body": way, "messages": "text"},
        EVENTS | CODED | {"body": way},
        {"body": way, "secret_field": "id"},
    ):
        result = heard(heads + body, {**described}, kind, **({"secret": "s"} if "secret_field" in described else {}))
        assert result.answer.status in {200, 400, 401, 403}, result.reason
        result.answer.body.encode()
        [sms.text.encode() for sms in result.delivery.messages]


def test_no_nesting_of_multiparts_makes_it_stumble():
    nested = b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(1500))
    result = heard(nested[: 60 * 1024], {"body": "form"}, "multipart/form-data; boundary=b0")
    assert result.answer.status in {200, 400}, result.reason
