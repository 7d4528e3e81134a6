"""Somebody else's web server, on this machine: it answers as its script says, by http or https."""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = [ip_network("127.0.0.0/8")]


class Visit(BaseHTTPRequestHandler):
    """One request, as the script of an origin sees it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Note the request and do as the script says."""
        origin: Origin = self.server.origin  # type: ignore[attr-defined]  # set by `serving`
        origin.seen.append(dict(self.headers.items()) | {":path": self.path})
        origin.lines.append(self.connection)
        with suppress(ConnectionError):
            origin.script(self)
        self.close_connection = True

    do_HEAD = do_POST = do_GET

    def log_message(self, *_args: Any) -> None:
        """Nothing is printed."""

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Answer at once; header names are written with underscores, and `Content_Length` may lie."""
        self.head(status, **({"Content_Length": str(len(body))} | headers))
        self.wfile.write(body)

    def head(self, status: int = 200, **headers: str) -> None:
        """The head of an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


@dataclass
class Origin:
    """A running server: what it does at a visit, what it has seen, and the lines over which it was asked."""

    script: Callable[[Visit], None]
    port: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    lines: list[socket.socket] = field(default_factory=list)

    def url(self, path: str = "/film.mp4", host: str = "127.0.0.1", scheme: str = "http") -> str:
        """An address of this server."""
        return f"{scheme}://{host}:{self.port}{path}"


@contextmanager
def serving(script: Callable[[Visit], None], *, certificate: Path | None = None) -> Iterator[Origin]:
    """Run an origin while the block runs; with it ends every line on which it still has something to say, so that
    nobody waits for the rest.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Visit)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # a refused handshake is no news
    origin = Origin(script, port=server.server_address[1])
    server.origin = origin  # type: ignore[attr-defined]  # for `Visit`
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join()
        for line in origin.lines:
            with suppress(OSError):  # most have ended by themselves
                line.shutdown(socket.SHUT_RDWR)
        server.server_close()


def certificate_for(host: str, folder: Path) -> Path:
    """A key and a certificate that vouches for itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
