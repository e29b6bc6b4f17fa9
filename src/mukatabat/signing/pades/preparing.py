# SPDX-License-Identifier: EUPL-1.2
"""Step one: freeze the bytes, leave one hole for the signature, and say exactly what the person's key must sign."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from asn1crypto import x509
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigAppearanceSetup,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.validation.pdf_embedded import read_certification_data
from pyhanko.stamp.static import StaticStampStyle

from mukatabat.signing.errors import CertificateNotUsable, UnsignableDocument
from mukatabat.signing.pades.tagging import tag_widget
from mukatabat.signing.rules import Prepared, SignatureField, SignerCertificate, Statement
from mukatabat_verify import cms

# Room for the CMS in bytes: our own chain and token take under 4 KiB, a public authority's token up to 10 KiB.
ROOM_FOR_SIGNATURE = 16_384
BROKEN_PDF = (PdfError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


class MarkContent(PdfContent):
    """The first page of a PDF in memory, drawn as it is.

    The visible mark comes from our own typesetter, because pyHanko's text stamp knows no right-to-left order.
    """

    def __init__(self, pdf: bytes) -> None:
        """Take a PDF whose first page is the mark."""
        super().__init__()
        self.pdf = pdf

    def render(self) -> bytes:
        """Import the page into the writer and give the operator that draws it."""
        imported = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self.pdf)))
        self.resources.xobject["/Mark"] = imported
        left, bottom, right, top = imported.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Mark Do"


class SigningWriter(IncrementalPdfFileWriter):
    """Adds the signature and nothing else.

    pyHanko would rewrite the metadata with its own name and the time of day; the letter's XMP and information
    dictionary have to stay as they were printed, equal to one another (ISO 19005-3 §6.6).
    """

    def _update_meta(self) -> None:
        pass


def prepare(pdf: bytes, *, field: SignatureField, signer: SignerCertificate, statement: Statement) -> Prepared:
    """Make a document ready for one person's signature, as an incremental update: the given bytes are its prefix.

    1. The certificate may sign at the stated time. 2. The document may be signed. 3. Field, mark and signature
    dictionary are written with room for the signature, the field into the structure of a tagged document; as the first
    signature of the document it certifies that nothing may change afterwards (DocMDP level 1, ISO 32000-2 §12.8.2.2).
    4. Digest and signed attributes are fixed.
    The random second half of the file identifier makes two preparations differ: prepare once, store the result.
    Raises CertificateNotUsable or UnsignableDocument. Source: ETSI EN 319 142-1 §5.3, §6.3.
    """
    _check_certificate(signer, statement)  # 1
    try:
        # An object has to begin on a new line (ISO 19005-3 §6.1.9), and a PDF need not end with one.
        writer = SigningWriter(BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"))
        certifies = _check_document(writer.prev)  # 2
        document, placeholder, digest = _write(writer, field, statement=statement, certifies=certifies)  # 3
    except BROKEN_PDF as error:
        raise UnsignableDocument(detail=str(error)) from error
    return Prepared(  # 4
        document=document,
        placeholder=placeholder,
        document_digest=digest,
        signed_attributes=cms.signed_attributes("data", digest, signer.own),
        signer=signer,
    )


def count_pages(pdf: bytes) -> int:
    """The number of pages that a document of our own says it has."""
    return int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"])


def _check_certificate(signer: SignerCertificate, statement: Statement) -> None:
    if statement.signed_at.tzinfo is None:
        raise ValueError("the stated time of signing must be aware")
    try:
        own = _read_certificate(tuple(signer.chain))
    except (ValueError, IndexError) as error:
        raise CertificateNotUsable(signer="—", detail=str(error)) from error
    name = own.subject.native.get("common_name", own.subject.human_friendly)
    if not own.not_valid_before <= statement.signed_at <= own.not_valid_after:
        raise CertificateNotUsable(signer=name, detail="outside its dates")
    # Only non-repudiation commits a person to a content (RFC 5280 §4.2.1.3); validators ask for it.
    if own.key_usage_value is None or "non_repudiation" not in own.key_usage_value.native:
        raise CertificateNotUsable(signer=name, detail="not meant for signing")


@lru_cache(maxsize=256)
def _read_certificate(chain: tuple[bytes, ...]) -> x509.Certificate:
    """The signer's own certificate of a chain that can be signed with; a person signs many letters with one."""
    own = x509.Certificate.load(chain[0], strict=True)
    cms.signature_algorithm(chain[0])
    for one in chain:
        # Names that mix directions cannot be compared (RFC 3454 §6), so nobody could ever build the chain.
        x509.Certificate.load(one).subject.hashable  # noqa: B018
    return own


def _check_document(reader: PdfFileReader) -> bool:
    # Returns whether ours is the first signature, the only one that can certify.
    if reader.encrypted:
        raise UnsignableDocument(detail="the document is encrypted")
    if reader.xrefs.hybrid_xrefs_present:
        raise UnsignableDocument(detail="the document has two tables of contents that may disagree")
    certified = read_certification_data(reader)
    if certified is not None and certified.permission == MDPPerm.NO_CHANGES:
        raise UnsignableDocument(detail="an earlier signature forbids changes")
    return not reader.embedded_signatures


def _write(
    writer: IncrementalPdfFileWriter, field: SignatureField, *, statement: Statement, certifies: bool
) -> tuple[bytes, tuple[int, int], bytes]:
    specification = SigFieldSpec(
        sig_field_name=field.name, on_page=field.page, box=field.box, readable_field_name=field.label
    )
    steps = PdfCMSEmbedder(new_field_spec=specification).write_cms(field.name, writer=writer)
    widget = next(steps)
    page, _resources = writer.find_page_for_modification(field.page)
    tag_widget(writer, widget, page)
    signature = SignatureObject(
        timestamp=statement.signed_at,
        subfilter=SigSeedSubFilter.PADES,
        reason=statement.reason or None,
        location=statement.location or None,
        bytes_reserved=2 * ROOM_FOR_SIGNATURE,
    )
    appearance = None
    if field.mark_pdf is not None and field.box is not None:
        style = StaticStampStyle(background=MarkContent(field.mark_pdf), border_width=0)
        appearance = SigAppearanceSetup(style=style, timestamp=statement.signed_at, name=None)
    protection = SigMDPSetup(md_algorithm="sha256", certify=certifies, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(
        SigObjSetup(sig_placeholder=signature, mdp_setup=protection if certifies else None, appearance_setup=appearance)
    )
    hole, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    return output.getvalue(), (hole.reserved_region_start, hole.reserved_region_end), hole.document_digest
