# SPDX-License-Identifier: EUPL-1.2
"""Time-stamps of checkpoints, and the checkpoints that headers of parcels name."""

import django.db.models.deletion
from django.db import migrations, models

import mukatabat.kernel.clock


class Migration(migrations.Migration):
    dependencies = (("ledger", "0002_functions"),)
    operations = (
        migrations.CreateModel(
            name="CheckpointStamp",
            fields=[
                (
                    "checkpoint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="stamp",
                        serialize=False, to="ledger.checkpoint",
                    ),
                ),
                ("token", models.BinaryField()),
                ("stamped_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_checkpoint_stamp"},
        ),
        migrations.CreateModel(
            name="NamedCheckpoint",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("at", models.DateTimeField(default=mukatabat.kernel.clock.now)),
            ],
            options={"db_table": "ledger_named_checkpoint"},
        ),
    )  # fmt: skip
