# SPDX-License-Identifier: EUPL-1.2
"""Issued letters are final."""

from django.db import migrations

from mukatabat.tenancy.sql import statement


class Migration(migrations.Migration):
    dependencies = (("letters", "0001_initial"),)
    operations = (migrations.RunSQL(statement("letters", "issued_bytes"), migrations.RunSQL.noop),)
