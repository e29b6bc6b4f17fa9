# SPDX-License-Identifier: EUPL-1.2
"""The sequencer's function."""

from django.db import migrations

from mukatabat.tenancy.sql import statement


class Migration(migrations.Migration):
    dependencies = (("audit", "0001_initial"),)
    operations = (migrations.RunSQL(statement("audit", "sequence"), migrations.RunSQL.noop),)
