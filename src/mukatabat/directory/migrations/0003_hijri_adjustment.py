# SPDX-License-Identifier: EUPL-1.2
"""Announced shifts of the Hijri calendar."""

from django.db import migrations, models

import mukatabat.kernel.ids
import mukatabat.kernel.vocabulary


class Migration(migrations.Migration):
    dependencies = (("directory", "0002_two_persons"),)
    operations = (
        migrations.CreateModel(
            name="HijriAdjustment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("valid_from", models.DateField()),
                ("days", models.SmallIntegerField()),
                ("announcement", models.CharField(max_length=200)),
                (
                    "realm",
                    models.CharField(
                        choices=mukatabat.kernel.vocabulary.Realm.choices, default="live", max_length=8
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("realm", "valid_from"),
                        name="directory_hijri_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", -1), ("days__lte", 1)), name="directory_hijri_days"
                    ),
                ],
            },
        ),
    )
