# SPDX-License-Identifier: EUPL-1.2
"""Calls to addresses that somebody else chose: they reach the public network, and nothing behind our own door."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.notify.outgoing import posting
from mukatabat.notify.outgoing.addresses import Policy, permitted, target_of
from mukatabat.notify.outgoing.posting import NotPosted, post
from mukatabat.notify.outgoing.signatures import secret_text, signed_headers
from tests.portal.receiver import Receiver, receiving

PUBLIC, HERE = Policy(), Policy(loopback=True)

FORBIDDEN = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.0.1",
    "169.254.169.254", "168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:db8::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "ff02::1", "fec0::1", "::ffff:0:127.0.0.1",
]  # fmt: skip
ALLOWED = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_ssrf_no_private_local_or_reserved_address_is_called(address: str) -> None:
    assert not permitted(ip_address(address), PUBLIC)


@pytest.mark.parametrize("address", ALLOWED)
def test_a_public_address_is_called(address: str) -> None:
    assert permitted(ip_address(address), PUBLIC)


def test_the_governments_own_network_is_called_where_the_operator_named_it_but_never_a_link_or_this_machine() -> None:
    named = Policy.of(["10.20.0.0/16", "fd12::/16", "169.254.0.0/16", "127.0.0.0/8"], loopback=False)
    assert permitted(ip_address("10.20.1.1"), named)
    assert permitted(ip_address("fd12::5"), named)
    for address in ("10.21.0.1", "169.254.169.254", "127.0.0.1", "::ffff:127.0.0.1"):
        assert not permitted(ip_address(address), named)


@given(st.integers(0, 2**32 - 1))
def test_ssrf_a_mapped_address_is_judged_as_what_it_maps_to(number: int) -> None:
    plain = ip_address(number)
    mapped = ip_address(f"::ffff:{plain}")
    assert permitted(mapped, PUBLIC) == permitted(plain, PUBLIC)


@pytest.mark.parametrize(
    "url",
    [
        "", "https://", "http://hooks.example/x", "ftp://hooks.example/x", "https://user:secret@hooks.example/",
        "https://hooks.example/#part", "https://hooks.example:25/", "https://hooks.example:80/", "https://a b/",
        "https://hooks.example\\@127.0.0.1/", "https://hooks.example/\r\nX: y", "https://hooks.example:99999/",
        "https://ك.example/", "//hooks.example/", "https://hooks.example/" + "a" * 300, "file:///etc/passwd",
        "https://[::1", "https://.", "gopher://127.0.0.1:5432/", "https://hooks.example:0/",
    ],
)  # fmt: skip
def test_ssrf_an_address_of_another_form_is_not_called(url: str) -> None:
    assert target_of(url, PUBLIC) is None
    with pytest.raises(NotPosted, match="refused-address"):
        post(url, b"{}", {}, policy=PUBLIC, resolver=_never)


def test_without_encryption_only_this_machine_is_called_and_only_in_development() -> None:
    assert target_of("http://127.0.0.1:8700/", PUBLIC) is None
    assert target_of("http://127.0.0.1:8700/", HERE) is not None
    assert target_of("http://mof.localhost:8700/", HERE) is not None
    assert target_of("http://hooks.example:8700/", HERE) is None


def _never(host: str, port: int) -> list[str]:
    pytest.fail("nothing is looked up")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1"])
def test_ssrf_a_public_name_that_leads_inside_is_not_called(receiver: Receiver, address: str) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    with pytest.raises(NotPosted, match="refused-address"):
        post(f"https://hooks.example:{port}/", b"{}", {}, policy=PUBLIC, resolver=lambda *_: [address])
    assert receiver.calls == []


def test_ssrf_a_name_with_one_forbidden_answer_among_others_is_not_called() -> None:
    with pytest.raises(NotPosted, match="refused-address"):
        post("https://hooks.example/", b"", {}, policy=PUBLIC, resolver=lambda *_: ["93.184.216.34", "::1"])


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "0"])
def test_ssrf_this_machine_under_another_spelling_is_not_called(receiver: Receiver, host: str) -> None:
    port = receiver.url.split(":")[2].split("/")[0]
    with pytest.raises(NotPosted, match=r"refused-address|unknown-host"):
        post(f"https://{host}:{port}/", b"{}", {}, policy=PUBLIC)
    assert receiver.calls == []


def test_ssrf_a_name_is_looked_up_once_and_called_at_what_was_checked(receiver: Receiver) -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    url = receiver.url.replace("127.0.0.1", "rebinding.localhost")
    assert post(url, b"{}", {}, policy=HERE, resolver=lambda *_: answers.pop(0)) == 204
    assert len(answers) == 1
    assert receiver.calls[0].headers["host"].startswith("rebinding.localhost")


def test_ssrf_a_redirection_is_not_followed(receiver: Receiver) -> None:
    with receiving() as inside:
        receiver.statuses, receiver.location = [302], inside.url
        assert post(receiver.url, b"{}", {}, policy=HERE) == 302
        assert inside.calls == []


def test_what_does_not_answer_ends_within_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for answer in (b"", b"HTTP/1.1 200 OK\r\nX: "):
            drip = threading.Thread(target=_answer_slowly, args=(silent, answer), daemon=True)
            drip.start()
            with pytest.raises(NotPosted, match="no-answer"):
                post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"{}", {}, policy=HERE)
            drip.join()


def _answer_slowly(server: socket.socket, beginning: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        try:
            connection.sendall(beginning)
            while beginning:
                connection.sendall(b"x")
                threading.Event().wait(0.02)
        except OSError:
            return
        while connection.recv(1000):
            pass


def test_a_host_that_nobody_knows_is_told_as_such() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    for resolver in (unknown, lambda *_: [], lambda *_: ["nonsense"]):
        with pytest.raises(NotPosted, match="unknown-host"):
            post("https://hooks.example/", b"", {}, policy=PUBLIC, resolver=resolver)


def test_a_certificate_that_nobody_vouches_for_ends_the_call(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path / "own.pem"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_greet, args=(server, context), daemon=True)
        thread.start()
        with pytest.raises(NotPosted, match="not-encrypted"):
            post(
                f"https://hooks.localhost:{server.getsockname()[1]}/", b"{}", {}, policy=HERE,
                resolver=lambda *_: ["127.0.0.1"],
            )  # fmt: skip
        thread.join()


def _greet(server: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = server.accept()
    try:
        context.wrap_socket(connection, server_side=True).close()
    except (ssl.SSLError, OSError):
        connection.close()


def _self_signed(file: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's libraries: its identifier, time, body and secret give its signature."""
    headers = signed_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}',
    )  # fmt: skip
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_a_call_is_signed_with_every_live_secret() -> None:
    both = signed_headers([secret_text(b"a" * 32), secret_text(b"b" * 32)], "id", datetime.now(UTC), b"x")
    assert len(both["webhook-signature"].split(" ")) == 2
