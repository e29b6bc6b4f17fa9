# SPDX-License-Identifier: EUPL-1.2
"""What is laid on a server: scripts that parse, units that systemd takes and rates, and no secret where it may be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.paths import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


@pytest.mark.parametrize(
    "script", ["install", "upgrade", "mukatabat", "try", "try-official", "try-upgrade", "common.sh", "trying/trees.sh"]
)
def test_a_script_parses_and_stops_at_the_first_failure(script: str) -> None:
    file = DEPLOY / script
    assert subprocess.run(["bash", "-n", file], check=False).returncode == 0
    if not script.endswith(".sh"):
        assert "set -euo pipefail" in file.read_text()
        assert file.stat().st_mode & 0o111


@pytest.mark.parametrize("arguments", [[], ["not-a-wheel.whl", "letters.example"], ["x", "a;b"]])
def test_the_install_refuses_what_it_does_not_understand(arguments: list[str]) -> None:
    done = subprocess.run([DEPLOY / "install", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_takes_the_units_and_finds_little_to_attack(tmp_path: Path) -> None:
    placed = []
    for unit in UNITS:
        # The programs are not on this machine; everything else is as it is installed.
        text = re.sub(r"/opt/mukatabat/current/bin/\w+", "/usr/bin/true", unit.read_text())
        placed.append(tmp_path / unit.name.replace("@.", "@8601."))
        placed[-1].write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *placed], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "mukatabat" in line]
    assert ours == []
    for service in (one for one in placed if one.suffix == ".service"):
        rated = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=20", service],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert rated.returncode == 0, rated.stdout[-300:]


def test_a_service_is_given_only_the_secrets_that_it_needs() -> None:
    given = {
        unit.name: set(re.findall(r"LoadCredential=([\w-]+):", unit.read_text())) for unit in SERVICES
    }  # fmt: skip
    everyday = {"secret-key", "database-password", "vault-key", "token-pin", "store-access"}
    assert given == {
        "mukatabat-web@.service": everyday | {"watch-token", "oidc", "csc-secret"},
        "mukatabat-worker.service": everyday | {"csc-secret", "smtp-password", "sms-secret", "notices-secret"},
        "mukatabat-backup.service": {"secret-key", "database-password", "backup-password", "store-access"},
    }
    assert all("owner-password" not in names for names in given.values())


def test_a_credential_that_may_be_missing_is_named_after_the_product_and_every_other_one_is_a_file_of_ours() -> None:
    for unit in SERVICES:
        for name, source in re.findall(r"LoadCredential=([\w-]+):(\S+)", unit.read_text()):
            assert source in {f"/etc/mukatabat/secrets/{name}", f"mukatabat-{name}"}, unit.name


def test_no_secret_stands_in_a_setting_or_in_a_unit() -> None:
    for file in (*UNITS, DEPLOY / "mukatabat.conf", DEPLOY / "nginx.conf"):
        settings = re.findall(r"^(?:Environment=)?(\w+)=", file.read_text(), re.MULTILINE)
        assert not [name for name in settings if re.search(r"PASSWORD|SECRET|TOKEN", name)], file.name
        assert not re.search(r"://[^/@\s]+:[^/@\s]+@", file.read_text()), "an address with a password"


def test_the_proxy_neither_shows_what_is_for_watchers_nor_believes_a_caller_s_headers() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    for place in ("/metrics", "/health/ready/"):
        assert f"location = {place} {{ return 404; }}" in text
    assert "X-Forwarded-For $remote_addr;" in text
    assert "access_log off;" in text, "an access log would hold what people look for"
