# SPDX-License-Identifier: EUPL-1.2
"""People from a spreadsheet."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("directory")

ENGLISH = "staff_number,name_ar,name_en,email,unit,post,valid_from\n"
GOOD = ENGLISH + "880001,نجلاء الحربي,Najla Al-Harbi,najla@mof.example,LAW-O,باحث قانوني أول,2026-11-01\n"
ARABIC = (
    "الرقم الوظيفي;الاسم بالعربية;الاسم بالإنجليزية;البريد الإلكتروني;الوحدة;المنصب;تاريخ المباشرة\r\n"
    "٨٨٠٠٠١;نجلاء الحربي;Najla Al-Harbi;;قسم الراي القانوني;باحث قانوني اول;٠١/١١/٢٠٢٦\r\n"
)


def problems(actor, text):
    from mukatabat.directory import importer

    shown = importer.preview(actor, text.encode())
    return [(row.line, problem.column, problem.code) for row in shown.rows for problem in row.problems]


@pytest.mark.parametrize(
    "text", [GOOD, "\ufeff" + GOOD, ARABIC, "\ufeff" + ARABIC, GOOD.replace(",", "\t"), "\n" + GOOD]
)
def test_a_good_file_is_read_in_every_usual_form(administrator, text):
    from mukatabat.directory import importer
    from mukatabat.directory.models import Person

    before = Person.objects.count()
    shown = importer.preview(administrator, text.encode())
    assert [row.problems for row in shown.rows] == [[]]
    assert (shown.ready, shown.faulty) == (1, 0)
    assert str(shown.rows[0].valid_from) == "2026-11-01"
    assert Person.objects.count() == before
    assert importer.apply(administrator, text.encode(), shown.digest) == 1
    added = Person.objects.get(staff_number="880001", body=administrator.body_id)
    assert [one.post.ar for one in added.appointments.all()] == ["باحث قانوني أول"]


def test_a_second_import_of_the_same_people_is_refused_whole(administrator):
    from mukatabat.directory import importer
    from mukatabat.directory.errors import ImportHasErrors
    from mukatabat.directory.models import Person

    shown = importer.preview(administrator, GOOD.encode())
    importer.apply(administrator, GOOD.encode(), shown.digest)
    with pytest.raises(ImportHasErrors):
        importer.apply(administrator, GOOD.encode(), shown.digest)
    assert Person.objects.filter(staff_number="880001").count() == 1


def test_only_the_previewed_file_is_taken(administrator):
    from mukatabat.directory import importer
    from mukatabat.directory.errors import ImportNotPreviewed

    shown = importer.preview(administrator, GOOD.encode())
    other = GOOD.replace("880001", "880002")
    with pytest.raises(ImportNotPreviewed):
        importer.apply(administrator, other.encode(), shown.digest)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("880001,نجلاء,Najla,,NOPE,باحث قانوني أول,", "unit", "import.unknown-unit"),
        ("880001,نجلاء,Najla,,LAW-O,وزير,", "post", "import.unknown-post"),
        ("880001,نجلاء,Najla,not an address,LAW-O,باحث قانوني أول,", "email", "directory.email-not-shaped"),
        ("880001,نج\u202eلاء,Najla,,LAW-O,باحث قانوني أول,", "name_ar", "kernel.direction-marks"),
        ("880001,نجلاء,,,LAW-O,باحث قانوني أول,", "name_en", "import.missing"),
        ("880001,نجلاء,=HYPERLINK(1),,LAW-O,باحث قانوني أول,", "name_en", "import.formula"),
        ("880001,نجلاء,Najla,,LAW-O,باحث قانوني أول,31/02/2026", "valid_from", "import.bad-date"),
        ("880001,نجلاء,Najla,,LAW-O,باحث قانوني أول,غدًا", "valid_from", "import.bad-date"),
        ("100027,نجلاء,Najla,,LAW-O,باحث قانوني أول,", "staff_number", "import.already-there"),
        (f"880001,{'ن' * 121},Najla,,LAW-O,باحث قانوني أول,", "name_ar", "kernel.text-too-long"),
    ],
)
def test_every_fault_of_a_row_is_named_with_its_column(administrator, row, column, code):
    from mukatabat.directory.models import Person

    Person.objects.filter(body=administrator.body_id, ar="حمد المري").update(staff_number="100027")
    assert problems(administrator, ENGLISH + row + "\n") == [(2, column, code)]


def test_a_number_that_stands_twice_is_named_the_second_time(administrator):
    text = GOOD + GOOD.splitlines()[1] + "\n"
    assert problems(administrator, text) == [(3, "staff_number", "import.repeated")]


def test_one_faulty_row_keeps_all_others_out(administrator):
    from mukatabat.directory import importer
    from mukatabat.directory.errors import ImportHasErrors
    from mukatabat.directory.models import Person

    text = (GOOD + "880002,نجلاء,Najla,,NOPE,باحث,\n").encode()
    with pytest.raises(ImportHasErrors):
        importer.apply(administrator, text, importer.preview(administrator, text).digest)
    assert not Person.objects.filter(staff_number="880001").exists()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "ImportEmpty"),
        (ENGLISH.encode(), "ImportEmpty"),
        (b"\n \n", "ImportEmpty"),
        (b"staff_number,name_ar\n1,2\n", "ImportColumnsMissing"),
        ("الاسم\n".encode("cp1256"), "ImportWindowsArabic"),
        ("سطر\n".encode("cp1256"), "ImportNotText"),
        (b"PK\x03\x04\x00\x00", "ImportNotText"),
        (GOOD.replace("Najla", '"Najla').encode(), "ImportNotText"),
        ((ENGLISH + "1,ا,b,,LAW-O,x,\n" * 2001).encode(), "ImportTooLong"),
        (b"x" * (2 * 1024 * 1024 + 1), "ImportTooLong"),
    ],
)
def test_a_file_that_is_no_table_of_people_is_refused_as_a_whole(administrator, data, error):
    from mukatabat.directory import errors, importer

    with pytest.raises(getattr(errors, error)):
        importer.preview(administrator, data)


def test_nobody_else_may_preview_or_import(colleague):
    from mukatabat.directory import importer
    from mukatabat.directory.errors import NotInDirectory

    with pytest.raises(NotInDirectory):
        importer.preview(colleague, GOOD.encode())
    with pytest.raises(NotInDirectory):
        importer.apply(colleague, GOOD.encode(), importer._digest(GOOD.encode()))


def test_an_import_never_fills_the_central_operators_post(operator):
    from dataclasses import replace

    both = replace(operator, capabilities=frozenset({"administer_body"}))
    row = "880001,نجلاء,Najla,,OPS,مشغل المنظومة المركزي,\n"
    assert problems(both, ENGLISH + row) == [(2, "post", "import.power-post")]


def test_an_import_leaves_one_audit_entry_without_names(administrator):
    from mukatabat.audit.models import AuditEntry
    from mukatabat.directory import importer
    from mukatabat.tenancy.context import scope

    importer.apply(administrator, GOOD.encode(), importer.preview(administrator, GOOD.encode()).digest)
    with scope(administrator):
        entry = AuditEntry.objects.get()
    assert entry.act == "directory.people-imported"
    assert entry.detail["count"] == 1
    assert "نجلاء" not in str(entry.detail)
