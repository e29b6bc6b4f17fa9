# SPDX-License-Identifier: EUPL-1.2
"""Results of checks, and an index for each way in which the trail is read."""

import mukatabat.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_sequence'),
    ]

    operations = [
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('head', models.BinaryField(max_length=32)),
                ('faults', models.JSONField(default=list)),
            ],
            options={
                'db_table': 'audit_check',
            },
        ),
        migrations.RemoveIndex(
            model_name='auditentry',
            name='audit_entry_by_time',
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['body_id', '-at', '-id'], name='audit_entry_newest'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['body_id', 'actor_id', '-at', '-id'], name='audit_entry_by_actor'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['body_id', 'act', '-at', '-id'], name='audit_entry_by_act'),
        ),
        migrations.AddIndex(
            model_name='check',
            index=models.Index(fields=['-ended_at'], name='audit_check_newest'),
        ),
    ]
