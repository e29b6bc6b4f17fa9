# SPDX-License-Identifier: EUPL-1.2
"""The functions through which alone the log is begun and appended to."""

from django.db import migrations

from mukatabat.tenancy.sql import statement


class Migration(migrations.Migration):
    dependencies = (("ledger", "0001_initial"),)
    operations = (
        migrations.RunSQL(statement("ledger", "begin"), migrations.RunSQL.noop),
        migrations.RunSQL(statement("ledger", "append"), migrations.RunSQL.noop),
    )
