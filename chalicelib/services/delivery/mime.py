"""An email's row as MIME.

It has a text part, and beside it an HTML part with the pictures that it shows.
"""

from email.headerregistry import HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from typing import cast

from chalicelib.observation.summaries.turnout_chart import Point, draw
from chalicelib.store.messages import Message

# Addresses go as they are: SES judges them by what it is told beside the message, and Python's parser of headers
# ends in an AttributeError at some of the wrong ones (`a@[.b`).
_HEADERS = HeaderRegistry()
for _name in ("From", "To"):
    _HEADERS.map_to_type(_name, UniqueUnstructuredHeader)  # type: ignore[arg-type] # the registry adds BaseHeader
# AWS asks for seven bits, since not every mail server carries eight.
_POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)


def mime(message: Message, sender: str) -> bytes:
    """Encode the email in seven bits, lines ended by CR LF.

    SES gives it its date and id. What reads no HTML shows the text; what does, shows the HTML with its pictures, which
    are its part alone.
    """
    email = EmailMessage(_POLICY)
    email["From"] = sender
    email["To"] = message.recipient
    email["Subject"] = " ".join((message.subject or "").split())  # a header has no line ends
    email.set_content(message.text or "")
    if message.html:
        email.add_alternative(message.html, subtype="html")
        page = cast(EmailMessage, email.get_body(("html",)))
        for name, points in (message.charts or {}).items():
            picture = draw([Point(*numbers) for numbers in points])
            page.add_related(picture, "image", "png", cid=f"<{name}>", disposition="inline", filename="turnout.png")
        if message.charts:
            page.set_param("type", "text/html")  # of the part to begin with, as RFC 2387 wants it
    return email.as_bytes()
