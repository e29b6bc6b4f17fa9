# SPDX-License-Identifier: EUPL-1.2
"""Message catalogues without gettext programs: compile them, and say what is not translated. Runs inside .venv."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parent.parent / "src"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def compile_catalogue(file: Path) -> None:
    """Write the .mo beside the .po `file`; fuzzy entries are left out, as msgfmt does."""
    catalogue = _read(file)
    fresh = file.with_suffix(".mo.new")
    with fresh.open("wb") as output:
        write_mo(output, catalogue, use_fuzzy=False)
    fresh.replace(file.with_suffix(".mo"))


def complaints(file: Path) -> list[str]:
    """Return what is wrong with the catalogue `file`, one line each: empty, fuzzy, lost parameters, absent strings."""
    catalogue = _read(file)
    known = {(message.context, _first(message.id)) for message in catalogue if message.id}
    found = []
    for message in catalogue:
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.fuzzy:
            found.append(f"{_first(message.id)!r}: marked fuzzy")
        elif not all(forms) or (message.pluralizable and len(forms) != catalogue.num_plurals):
            found.append(f"{_first(message.id)!r}: not translated")
        elif lost := _parameters(message.id) ^ _parameters(str(forms[-1])):
            found.append(f"{_first(message.id)!r}: parameters differ: {', '.join(sorted(lost))}")
    for place, context, text in used():
        if (context, text) not in known:
            found.append(f"{text!r}: not in the catalogue ({place})")
    return found


def used() -> list[tuple[str, str | None, str]]:
    """Return every string that code and templates want translated: place, context, text."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    strings = []
    for file in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]):
        text = file.read_text(encoding="utf-8")
        place = str(file.relative_to(SOURCE))
        code = text if file.suffix == ".py" else _as_python(text)
        for line, message, _, context in extract("python", io.BytesIO(code.encode()), KEYWORDS):
            if _first(message):
                # A template's lines are lost when it is reduced to its calls.
                strings.append((f"{place}:{line}" if code is text else place, context, _first(message)))
    return strings


def _as_python(template: str) -> str:
    """Return the calls that a Django template's translation tags amount to, each on its own line.

    Django's own reduction leaves filler between the calls; only the calls are kept.
    """
    from django.utils.translation.template import templatize

    calls = re.findall(
        r"""(?:n?p?gettext|_)\((?:\s*u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|count)\s*,?)+\)""", templatize(template)
    )
    return "\n".join(call.replace("\n", "\\n") for call in calls)


def _parameters(text: str | tuple[str, ...] | list[str]) -> set[str]:
    """Return the %(name)s parameters of the last plural form, the one that must name the number."""
    last = text[-1] if isinstance(text, (list, tuple)) else text
    return set(re.findall(r"%\((\w+)\)", last))


def _first(message: object) -> str:
    return str(message[0] or "") if isinstance(message, (list, tuple)) else str(message or "")


def _read(file: Path) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale=file.parent.parent.name)


def main(arguments: list[str]) -> int:
    """`compile FILE…` compiles; `check` prints what is missing in the tree's catalogues and returns 1 if any is."""
    verb, *files = arguments
    if verb == "compile":
        for file in files:
            compile_catalogue(Path(file))
        return 0
    catalogues = sorted(SOURCE.rglob("*.po"))
    bad = 0
    if not catalogues and used():
        print("There is no catalogue, and there is text to translate.")
        bad = 1
    for po in catalogues:
        for complaint in complaints(po):
            print(f"{po.relative_to(SOURCE)}: {complaint}")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
