"""A described gateway's XML: where an SMS stands in it, its charsets, and what is refused."""

import pytest
from described_calls import heard

XML = {"body": "xml", "fields": {"id": "@id", "from": "sender", "to": "to.number", "text": "text"}}
GOOD = '<r id="77"><sender type="tel">996700123456</sender><to><number>4455</number></to><text>OP &lt;1&gt;</text></r>'


@pytest.mark.parametrize(
    "body",
    [
        GOOD.encode(),
        b'<?xml version="1.0" encoding="UTF-8"?>\n' + GOOD.encode(),
        ('<?xml version="1.0" encoding="UTF-16"?>' + GOOD).encode("utf-16"),
        GOOD.replace("<r ", '<s:r xmlns:s="urn:x" ').replace("</r>", "</s:r>").replace("sender", "s:sender").encode(),
        GOOD.replace("OP &lt;1&gt;", "<![CDATA[OP <1>]]>").encode(),
    ],
)
def test_xml(body):
    [sms] = heard(body, XML).delivery.messages
    assert (sms.id, sms.sender, sms.recipient, sms.text) == ("77", "+996700123456", "4455", "OP <1>")


def test_xml_in_another_charset():
    declared = f'<?xml version="1.0" encoding="windows-1251"?>{GOOD}'.replace("OP", "Ооба").encode("windows-1251")
    assert heard(declared, XML).delivery.messages[0].text == "Ооба <1>"
    unsaid = GOOD.replace("OP", "Ооба").encode("windows-1251")
    assert heard(unsaid, XML, "text/xml; charset=windows-1251").delivery.messages[0].text == "Ооба <1>"
    assert heard(unsaid, XML).answer.status == 400


def test_an_empty_text_of_xml_is_an_empty_text():
    for text in ("<text></text>", "<text/>", '<text type="x"/>'):
        assert heard(GOOD.replace("<text>OP &lt;1&gt;</text>", text).encode(), XML).delivery.messages[0].text == ""


def test_xml_with_several_or_no_sms():
    described = XML | {"messages": "list.r"}
    two = f"<a><list>{GOOD}{GOOD.replace('77', '78')}</list></a>".encode()
    assert [sms.id for sms in heard(two, described).delivery.messages] == ["77", "78"]
    assert [sms.id for sms in heard(f"<a><list>{GOOD}</list></a>".encode(), described).delivery.messages] == ["77"]
    inner = "<r><m id='1'>\n<f>1</f>\n<t>x</t>\n</m>\n</r>"
    ways = {"body": "xml", "messages": "m", "fields": {"id": "@id", "from": "f", "to": "f", "text": "t"}}
    assert heard(inner.encode(), ways).delivery.messages[0].text == "x"
    assert heard(b"<a><list/></a>", described).delivery.messages == ()
    assert heard(b"<a/>", described).answer.status == 200


LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {n} "{m * 10}">' for n, m in [("b", "&a;"), ("c", "&b;")])
    + "]>"
)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (LAUGHS + "<r>&c;</r>", "document_type"),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', "document_type"),
        ('<!DOCTYPE r SYSTEM "https://example.org/x.dtd"><r/>', "document_type"),
        ("<a>" * 21 + "</a>" * 21, "too_deep"),
        ("<a>" * 20000, "too_deep"),
        ("<a>" + "<b/>" * 5001 + "</a>", "too_deep"),
        ("<a>&x;</a>", "not_xml"),
        ("<a>", "not_xml"),
        ("", "not_xml"),
        ("<>", "not_xml"),
        ('<?xml version="1.0" encoding="utf-7"?><a/>', "not_xml"),
        ('<?xml version="1.0" encoding="rot13"?><a/>', "not_xml"),
    ],
)
def test_xml_that_is_refused(body, code):
    result = heard(body.encode(), XML)
    assert (result.authentic, result.answer.status, result.reason.partition(":")[0]) == (True, 400, code)
