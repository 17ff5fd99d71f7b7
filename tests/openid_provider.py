"""An OpenID provider on this machine: discovery, keys, and a token for a code, once."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from loopback import served

CLIENT = "baykoo"
SECRET = "s3cret of the client"


@dataclass
class OpenIdProvider:
    """`claims` replaces what its tokens say; `asked` are the token requests, with their `Authorization`."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    name: str = "1"
    keys_read_at: float = 0.0

    def settings(self) -> dict[str, str]:
        return {"issuer": self.url, "client_id": CLIENT, "client_secret": SECRET, "label": "Example ID"}

    def sign_in(self, location: str, email: str) -> tuple[str, str]:
        """Somebody signs in where the browser was led; the code and state that it comes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = (query, email)
        return code, query["state"]

    def change_key(self) -> None:
        self.key, self.name = rsa.generate_private_key(65537, 2048), str(int(self.name) + 1)

    def answer(self, path: str, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        match path:
            case "/.well-known/openid-configuration":
                ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
                return 200, {"issuer": self.url} | {name: f"{self.url}/{end}" for name, end in ends.items()}
            case "/keys":
                self.keys_read_at = time.monotonic()
                public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
                return 200, {"keys": [public | {"kid": self.name, "use": "sig", "alg": "RS256"}]}
            case "/token":
                return self._token(fields)
        return 404, {}

    def _token(self, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(fields)
        request, email = self.codes.pop(fields.get("code", ""), ({}, ""))
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        proof = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '%20')}".encode()).decode()
        is_right = (
            fields.get("redirect_uri") == request.get("redirect_uri")
            and request.get("code_challenge") == challenge
            and fields.get("authorization") == f"Basic {proof}"
        )
        if not is_right:
            return 400, {"error": "invalid_grant"}
        at = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "nonce": request["nonce"], "iat": at, "exp": at + 60}
        claims |= {"email": email, "email_verified": True} | self.claims
        return 200, {"id_token": jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.name})}


@contextmanager
def serving_openid() -> Iterator[OpenIdProvider]:
    """Run a provider until the block ends."""
    provider = OpenIdProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(fields | {"authorization": self.headers.get("Authorization", "")})

        def _answer(self, fields: dict[str, str]) -> None:
            status, document = provider.answer(self.path, fields)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with served(Handler) as url:
        provider.url = url
        yield provider
