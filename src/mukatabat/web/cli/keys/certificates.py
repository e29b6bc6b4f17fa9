# SPDX-License-Identifier: EUPL-1.2
"""Verbs of certificates from an authority outside, under `keys`; docs/operations.md tells the whole way."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from cryptography.x509 import load_der_x509_csr

from mukatabat.directory.models import PublicKey
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Realm
from mukatabat.signing.authorities import Authority, named
from mukatabat.signing.certification import as_pem, certificates_in
from mukatabat.signing.queries import newest_lists
from mukatabat.signing.service import certifies_by_itself, known_authorities
from mukatabat.vault import actions
from mukatabat.vault.jobs import fetch_revocation_lists, look_at_lists
from mukatabat.vault.models import NodeKey, NodeRequest, SealRequest
from mukatabat.vault.standing import Certified, Standing, nodes, seals_with_requests, standing_of
from mukatabat.web.cli.answers import answer, as_json_option
from mukatabat.web.cli.keys.group import body_named, keys

_file = click.Path(dir_okay=False, path_type=Path)
_new = click.option("--new", "anew", is_flag=True, help="Give up the request that stands, with its key.")


@keys.group("request")
def request() -> None:
    """Write a request for a certificate (PKCS#10), signed by the key that it is for; the key stays in its store."""


@request.command("seal")
@click.argument("code")
@click.argument("file", type=_file)
@_new
@as_json_option
def request_seal(code: str, file: Path, *, anew: bool, as_json: bool) -> None:
    """Write to FILE the request for the next seal of the body of this CODE: the one that stands, or a new one.

    The present seal goes on sealing until the answer is accepted. Exit code 1 if the body is unknown.
    """
    _write(actions.request_seal(body_named(code), anew=anew), file, as_json=as_json)


@request.command("node")
@click.argument("code")
@click.argument("file", type=_file)
@_new
@as_json_option
def request_node(code: str, file: Path, *, anew: bool, as_json: bool) -> None:
    """Write to FILE the request for this node's next key for evidence, in the realm of the body of this CODE.

    Its certificate must bear the name `urn:mukatabat:node`, which the request asks for.
    """
    _write(actions.request_node(body_named(code), anew=anew), file, as_json=as_json)


def _write(asked: SealRequest | NodeRequest, file: Path, *, as_json: bool) -> None:
    file.write_bytes(as_pem(bytes(asked.request)))
    subject = named(load_der_x509_csr(bytes(asked.request)).subject)
    said = {"file": str(file), "subject": subject, "requested": asked.asked_at, "store": asked.store}
    lines = [f"{file}: a request of {asked.asked_at:%Y-%m-%d} for «{subject}», its key in the {asked.store} store"]
    answer(said, lines, as_json=as_json)


@keys.group("accept")
def accept() -> None:
    """Bring in the certificates with which an authority answered a request: PEM, DER or PKCS#7, in any order."""


@accept.command("seal")
@click.argument("code")
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@as_json_option
def accept_seal(code: str, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Make the certificate in FILES the seal of the body of this CODE. Exit code 2 with the reason if it is refused."""
    key = actions.accept_seal(body_named(code), _came(files))
    look_at_lists()  # one that was kept while the answer was judged
    _accepted(key, f"seal {code}", as_json=as_json)


@accept.command("node")
@click.argument("code")
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@as_json_option
def accept_node(code: str, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Make the certificate in FILES the node's for evidence, in the realm of the body of this CODE."""
    key = actions.accept_node(body_named(code), _came(files))
    look_at_lists()
    _accepted(key, f"node {key.realm}", as_json=as_json)


def _came(files: tuple[Path, ...]) -> list[bytes]:
    return [one for file in files for one in certificates_in(file.read_bytes(), file=file.name)]


def _accepted(key: PublicKey | NodeKey, name: str, *, as_json: bool) -> None:
    said = {"for": name, "custody": key.custody, "from": key.valid_from, "expires": key.expires_at}
    lines = [f"{name}: in use from now on, until {key.expires_at:%Y-%m-%d}"]
    answer(said, lines, as_json=as_json)


@keys.command("authorities")
@as_json_option
def authorities(*, as_json: bool) -> None:
    """List the authorities that this installation trusts (MUKATABAT_AUTHORITIES) and the newest list of each.

    Exit code 1 if there is none, or one has ended or ends within 14 days.
    """
    found, lists = known_authorities(), newest_lists()
    shown = [_shown(one, lists.get(one.fingerprint)) for one in found]
    lines = [
        f"{one['kind']:12} {one['until']:%Y-%m-%d}  {one['name']}  ({one['file']}; {one['standing']}; "
        f"{one['list']:%Y-%m-%d %H:%M})" if one["list"] else
        f"{one['kind']:12} {one['until']:%Y-%m-%d}  {one['name']}  ({one['file']}; {one['standing']}; no list)"
        for one in shown
    ]  # fmt: skip
    answer(shown, lines or ["no authority is trusted: MUKATABAT_AUTHORITIES names no folder, or an empty one"],
           as_json=as_json)  # fmt: skip
    sys.exit(1 if not found or any(standing_of(one.until, clock.now()).is_urgent for one in found) else 0)


@keys.command("fetch-lists")
@as_json_option
def fetch_lists(*, as_json: bool) -> None:
    """Fetch now what the authorities have withdrawn (MUKATABAT_REVOCATION_LISTS), not within a quarter of an hour.

    Exit code 1 if an address gave no list that is believed; `keys authorities` tells whose newest is of when, and
    `keys certificates` what of it is in use here.
    """
    silent = fetch_revocation_lists()
    answer({"silent": silent}, [f"addresses that gave no list: {silent}"], as_json=as_json)
    sys.exit(1 if silent else 0)


def _shown(one: Authority, listed: datetime | None) -> dict[str, object]:
    told = asdict(one)
    del told["data"], told["is_root"]
    return told | {
        "kind": "root" if one.is_root else "intermediate", "fingerprint": one.fingerprint, "list": listed,
        "standing": str(standing_of(one.until, clock.now())),
    }  # fmt: skip


@keys.command("certificates")
@as_json_option
def certificates(*, as_json: bool) -> None:
    """List the certificates of all bodies' seals and of the node: by whom, until when, and what is awaited.

    Exit code 1 if one that is needed is missing, was withdrawn, has ended or ends within 14 days; in development none
    is needed before it is made.
    """
    found = [*seals_with_requests(), *nodes()]
    shown = [asdict(one) | {"name": one.name, "standing": str(one.standing(clock.now()))} for one in found]
    answer(shown, [_line(one) for one in found], as_json=as_json)
    needed = [one for one in found if one.until is not None or one.realm == Realm.LIVE]
    urgent = any(one.standing(clock.now()).is_urgent for one in needed)
    sys.exit(1 if urgent and not certifies_by_itself() else 0)


def _line(one: Certified) -> str:
    standing = one.standing(clock.now())
    said = str(standing) if one.until is None else f"{one.until:%Y-%m-%d}  {one.issuer}"
    if one.until is not None and standing is not Standing.GOOD:
        said += f"  ({standing}, {one.revoked.since:%Y-%m-%d})" if one.revoked else f"  ({standing})"
    return f"{one.name:20} {said}" + (f"  requested {one.requested_at:%Y-%m-%d}" if one.requested_at else "")
