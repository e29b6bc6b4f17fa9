# SPDX-License-Identifier: EUPL-1.2
"""A number keeps the Hijri date of its day."""

from django.db import migrations, models

from mukatabat.tenancy.sql import statement


class Migration(migrations.Migration):
    dependencies = (("registers", "0002_final_numbers"),)
    operations = (
        migrations.AddField(
            model_name="entry", name="hijri", field=models.CharField(blank=True, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.RunSQL(statement("registers", "keep_hijri"), migrations.RunSQL.noop),
    )
