# SPDX-License-Identifier: EUPL-1.2
"""What holds for every template, style sheet, script and icon of the screens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

from mukatabat.web.templatetags import mk, words

WEB = Path(__file__).parents[2] / "src" / "mukatabat" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SHEETS = sorted((WEB / "static" / "css").glob("*.css"))
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))
SPRITE = (WEB / "static" / "icons" / "lucide.svg").read_text(encoding="utf-8")
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)


def named(path: Path) -> str:
    """Name a file in the list of tests."""
    return path.relative_to(WEB).as_posix()


def text(path: Path) -> str:
    """Read a template without the comment at its top."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_template_compiles(path: Path) -> None:
    engines["django"].get_template(path.relative_to(WEB / "templates").as_posix())


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_template_needs_an_exception_from_the_content_policy(path: Path) -> None:
    source = text(path)
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|hx-on", source)
    for tag in re.findall(r"<script[^>]*>", source):
        assert "src=" in tag
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_posting_form_carries_its_secret(path: Path) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text(path), re.DOTALL):
        assert "{% csrf_token %}" in form


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_nothing_is_marked_safe_in_a_template(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape off", text(path))


def test_every_icon_that_is_drawn_is_in_the_sprite() -> None:
    drawn = {name for path in TEMPLATES for name in re.findall(r"{% icon \"([a-z0-9-]+)\"", text(path))}
    drawn |= {name for path in TEMPLATES for name in re.findall(r"icon\|default:\"([a-z0-9-]+)\"", text(path))}
    drawn |= {shown.icon for shown in words.STATUSES.values()} | set(words.URGENCY_ICONS.values())
    missing = {name for name in drawn if f'id="i-{name}"' not in SPRITE}
    assert not missing
    assert 'id="emblem"' in SPRITE
    assert mk.SPRITE == "icons/lucide.svg"


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_style_sheets_know_no_left_and_right(path: Path) -> None:
    source = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    sided = r"(?<![\w-])(?:(?:margin|padding|border|inset)-)?(?:left|right)\s*:"
    assert not re.search(sided + r"|text-align:\s*(?:left|right)|float:", source)
    assert "http" not in source


def test_a_page_links_few_enough_bytes_of_style() -> None:
    size = {path.name: path.stat().st_size for path in SHEETS}
    frame = sum(size[name] for name in ("tokens.css", "base.css", "shell.css", "parts.css"))
    pages = (("books.css",), ("compose.css", "letter.css"), ("view.css", "letter.css"), ("door.css",))
    for page in (*pages, ("batch.css", "letter.css")):
        assert frame + sum(size[name] for name in page) <= 43 * 1024
    assert frame + size["work.css"] + size["dark.css"] <= 40 * 1000, "the first view (DESIGN §10)"


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_scripts_stand_alone_and_never_evaluate(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"^\s*(?:import|export)\b", source, re.MULTILINE)
    assert not re.search(r"\beval\(|new Function|\.innerHTML\b|document\.write|https?://", source)


def test_every_font_has_its_licence_beside_it() -> None:
    licences = {path.name for path in (WEB / "static" / "fonts").glob("LICENSE-*.txt")}
    assert licences == {"LICENSE-amiri.txt", "LICENSE-ibm-plex-sans-arabic.txt", "LICENSE-noto-sans-arabic.txt"}
    assert (WEB / "static" / "icons" / "LICENSE-lucide.txt").read_text(encoding="utf-8").startswith("ISC License")


def test_style_sheets_fetch_only_files_that_exist() -> None:
    for path in SHEETS:
        for wanted in re.findall(r"url\(\"?([^)\"]+)\"?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / wanted).resolve().is_file(), wanted
