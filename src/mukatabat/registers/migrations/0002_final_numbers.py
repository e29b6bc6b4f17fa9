# SPDX-License-Identifier: EUPL-1.2
"""Taken numbers are final."""

from django.db import migrations

from mukatabat.tenancy.sql import statement


class Migration(migrations.Migration):
    dependencies = (("registers", "0001_initial"),)
    operations = (migrations.RunSQL(statement("registers", "final_numbers"), migrations.RunSQL.noop),)
