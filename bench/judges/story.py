# SPDX-License-Identifier: EUPL-1.2
"""What the judges look at besides sheets: pieces of letters that were really written, signed, carried and received.

Played on a database of its own. Each bundle of evidence is unpacked into a folder as anybody would unpack it; beside
them lie a parcel as it travels, with its recipient's key, and the transparency log as it is served.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import TypeVar

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from mukatabat.directory.models import Body
from mukatabat.directory.seed import body_id, load_directory
from mukatabat.exchange import carrier, outbox
from mukatabat.exchange.models import Consignment, SealedParcel
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.ledger import queries as ledger
from mukatabat.ledger.jobs import Logger
from mukatabat.ledger.models import Leaf, Tile
from mukatabat.ledger.policy import witness_policy
from mukatabat.ledger.protocol import AddCheckpoint, Answer
from mukatabat.ledger.rules import ENTRIES
from mukatabat.ledger.witness.service import add_checkpoint
from mukatabat.ledger.witness.state import WitnessFolder
from mukatabat.letters.actions import approval, drafting, receiving
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.models import Letter
from mukatabat.letters.proofs import proof_of, proof_of_arrival
from mukatabat.registers.printing import extract_sheet, print_sealed
from mukatabat.registers.queries import entries_of_day
from mukatabat.signing import service
from mukatabat.signing.jobs import fetch_revocation_lists
from mukatabat.tenancy.context import reading, scope
from mukatabat.vault import store
from mukatabat.vault.actions import opening_keys
from mukatabat.vault.custody.logkeys import VaultLogKeys
from mukatabat.vault.rules import Upload
from mukatabat_verify.asic.building import Container
from mukatabat_verify.log.policies import WitnessEntry
from mukatabat_verify.log.tiles import WIDTH, tile_path
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.suites import SoftwareKey
from tests.cast import FL, MOF, Cast
from tests.exchange.support import arrivals, consignments
from tests.story import approved_letter, draft_command, issue, run_jobs

ORIGIN = "host.example/log"
T = TypeVar("T")


class Witnesses:
    """Three witnesses in this process; what they know of the log is what they are shown."""

    def __init__(self, folder: Path) -> None:
        """Make their folders, and the policy that asks for two of them."""
        self.folders = {
            f"w{number}": WitnessFolder.make(folder / f"w{number}", f"w{number}.example/w") for number in range(3)
        }
        lines = [f"witness {name} {one.key} https://{name}.example" for name, one in self.folders.items()]
        self.policy = folder / "policy"
        self.policy.write_text("\n".join([*lines, f"group enough 2 {' '.join(self.folders)}", "quorum enough", ""]))

    def add(self, witness: WitnessEntry, request: AddCheckpoint) -> Answer:
        """See :meth:`mukatabat.ledger.ports.Witnesses.add`."""
        return add_checkpoint(self.folders[witness.name], request.to_bytes(), now=lambda: int(time.time()))


class Story:
    """Letters of the Ministry of Finance, and a host whose log goes on between them."""

    def __init__(self, folder: Path) -> None:
        """Begin the log among its witnesses."""
        load_directory(clock.today())
        self.cast, self.folder = Cast(), folder
        witnesses = Witnesses(folder.parent / "story-witnesses")
        settings.MUKATABAT_LEDGER_POLICY_FILE = witnesses.policy
        policy = witness_policy()
        self.log = Logger(ORIGIN, policy, VaultLogKeys(), witnesses, service.time_stamps)
        for one in witnesses.folders.values():
            one.trust(self.log.begun().note_key)
        self.log.turn()

    def sent(self, **changes: object) -> tuple[Letter, Consignment]:
        """A letter that was issued and lies in the trays of its recipients."""
        letter = approved_letter(self.cast, **changes)
        issue(self.cast("signer.mof"), letter.id)
        run_jobs()
        return letter, consignments(self.cast, letter)[0]

    def attached(self) -> tuple[Letter, Consignment]:
        """One to two bodies, with an attachment, which the first registers and the second sends back."""
        cast, author = self.cast, self.cast("adviser.mof")
        both = (AddresseeCommand(FL), AddresseeCommand(body_id("MOH")))
        letter = drafting.begin_draft(author, draft_command(cast, addressees=both))
        drafting.attach(
            author, letter.id, Upload("بيان الأسعار.txt", io.BytesIO("سعر الطن ٢١٠ دنانير.\n".encode() * 90))
        )
        approval.submit(author, letter.id)
        approval.approve(cast("head.mof"), letter.id)
        issue(cast("signer.mof"), letter.id)
        run_jobs()
        receiving.accept_arrival(cast("clerk.fl"), arrivals(cast)[-1].id, AcceptCommand())
        receiving.return_arrival(cast("clerk.moh"), arrivals(cast, "clerk.moh")[-1].id, "ليس من اختصاص الوزارة")
        run_jobs()
        return letter, consignments(cast, letter)[0]

    def bundle(self, name: str, data: bytes) -> None:
        """Keep a bundle, whole and unpacked."""
        place = self.folder / name
        (self.folder / f"{name}.zip").write_bytes(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(place)
        if (place / "letter.asice").exists():
            with zipfile.ZipFile(place / "letter.asice") as archive:
                archive.extract("letter.pdf", place)
                archive.extract("META-INF/ASiCManifest.xml", place)
                archive.extract("META-INF/signature.p7s", place)
        self._roots(place)

    def book(self) -> None:
        """Keep a day of the ministry's outgoing book as its registry prints it, under the ministry's seal."""
        place, clerk = self.folder / "book", self.cast("clerk.mof")
        place.mkdir()
        with reading(clerk):
            entries = entries_of_day(clerk, RegisterKind.OUTGOING, clock.today())
            body = Body.objects.get(id=MOF)
        sheet = extract_sheet(
            body, RegisterKind.OUTGOING, day=clock.today(), entries=entries, hidden=(), drawn_at=clock.now()
        )
        (place / "register.pdf").write_bytes(print_sealed(clerk, sheet))
        self._roots(place)

    @staticmethod
    def _roots(place: Path) -> None:
        roots = [x509.load_der_x509_certificate(one) for one in service.trust(clock.now()).roots]
        (place / "roots.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in roots))

    def parcel(self) -> None:
        """Keep a parcel as it travels to the Department, with the Department's key, in the form of the vectors."""
        place, actor = self.folder / "parcel", carrier.carrier(MOF)
        place.mkdir()
        letter = approved_letter(self.cast)
        issue(self.cast("signer.mof"), letter.id)
        carrier.dispatch(actor, consignments(self.cast, letter)[0].id)
        (consignment,) = consignments(self.cast, letter)
        with scope(actor):
            sealed = SealedParcel.objects.get(id=consignment.sealed_id)
        cover, header = covers.read(io.BytesIO(bytes(sealed.cover)))
        own = [one.key for one in header.recipients if one.body == "FL"]
        whole = replace(cover, wraps={own[0]: bytes(there(consignment.wrap))})
        (key,) = opening_keys(self.cast("clerk.fl"), own)
        if not isinstance(key, SoftwareKey):
            raise SystemExit("the key of the Department is in no software store")
        with store().open(sealed.address) as content:
            (place / "letter.parcel").write_bytes(whole.to_bytes() + content.read())
        container = b"".join(outbox.container_of(actor, sealed).pieces())
        said = {
            "parcel": "letter.parcel", "content_sha256": hashlib.sha256(container).hexdigest(),
            "recipients": {"FL": own[0]},
            "keys": {"FL": {"suite": key.suite, "secret": key.secret.hex(), "public": key.recipient.public.hex()}},
            "streams": [],
            "refused": [{
                "what": "another byte at the end", "key": "FL", "reason": "form.too-much",
                "at": (place / "letter.parcel").stat().st_size, "remove": 0, "insert": "00",
            }],
        }  # fmt: skip
        (place / "vectors.json").write_text(json.dumps(said))

    def served(self, old: bytes) -> None:
        """Keep the log as everybody reads it, with proofs; ``old`` is an earlier checkpoint."""
        place, policy = self.folder / "ledger" / "log", witness_policy()
        shown, readers = there(ledger.published(policy)), there(ledger.policy_for_readers(policy))
        tiles = [(one.level, one.number, len(bytes(one.data)) // 32) for one in Tile.objects.all()]
        tiles += [(ENTRIES, one // WIDTH, min(WIDTH, shown.size - one)) for one in range(0, shown.size, WIDTH)]
        files = {
            tile_path(level, number, width=width): ledger.tile(level, number, width) for level, number, width in tiles
        }
        leaves = {one.source_id: bytes(one.commitment) for one in Leaf.objects.filter(number__lt=shown.size)}
        proven = there(ledger.prove(list(leaves), policy))
        said = {
            "log": str(readers.log), "witnesses": [str(one.key) for one in policy.witnesses],
            "consistency": [_text(one) for one in ledger.consistency(_size(old), shown.size)],
            "inclusion": [
                {"index": one.index, "leaf": _text(leaves[source]), "path": [_text(step) for step in one.path]}
                for source, one in proven.proofs.items()
            ],
        }  # fmt: skip
        files |= {"checkpoint": shown.note, "checkpoint.old": old, "exhibits.json": json.dumps(said).encode()}
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data or b"")


def there(value: T | None) -> T:
    """What the story must have brought about."""
    if value is None:
        raise SystemExit("the story went another way")
    return value


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _size(note: bytes) -> int:
    return int(note.split(b"\n")[1])


def _written(found: tuple[str, Container]) -> bytes:
    return b"".join(found[1].pieces())


def main() -> None:
    """Play the story and write its pieces into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    for one in (folder, folder.parent / "story-witnesses"):
        rmtree(one, ignore_errors=True)
    folder.mkdir(parents=True)
    story = Story(folder)
    cast, signer = story.cast, story.cast("signer.mof")
    story.sent()
    story.log.turn()
    old = there(ledger.published(witness_policy()))
    letter, first = story.attached()
    secret, hidden = story.sent(subject="مفاوضات", secrecy=Secrecy.SECRET)
    early = _written(proof_of(signer, secret.id, hidden.id))
    story.log.turn()
    second = consignments(cast, letter)[1]
    arrival = next(one for one in arrivals(cast) if one.consignment_id == first.id)
    returned = arrivals(cast, "clerk.moh")[-1]
    fetch_revocation_lists()
    story.bundle("sent", _written(proof_of(signer, letter.id, first.id)))
    story.bundle("returned", _written(proof_of(signer, letter.id, second.id)))
    story.bundle("received", _written(proof_of(cast("clerk.fl"), there(arrival.letter_id), first.id)))
    story.bundle("sent-back", _written(proof_of_arrival(cast("clerk.moh"), returned.id)))
    story.bundle("early", early)
    story.book()
    story.parcel()
    story.served(old.note)


if __name__ == "__main__":
    main()
