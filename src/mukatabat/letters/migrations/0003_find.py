# SPDX-License-Identifier: EUPL-1.2
"""Letters are found by number, word and counterpart."""

from django.db import migrations

from mukatabat.tenancy.sql import statement


class Migration(migrations.Migration):
    dependencies = (("letters", "0002_issued_bytes"), ("access", "0001_initial"))
    operations = (migrations.RunSQL(statement("letters", "find"), migrations.RunSQL.noop),)
