# SPDX-License-Identifier: EUPL-1.2
"""The log, its queue, and the audit heads of the bodies."""

import django.db.models.deletion
import mukatabat.kernel.clock
import mukatabat.kernel.ids
import mukatabat.ledger.rules
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField(max_length=32)),
                ('note', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_checkpoint',
            },
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('source_id', models.UUIDField(unique=True)),
                ('commitment', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_leaf',
            },
        ),
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('source_id', models.UUIDField(primary_key=True, serialize=False)),
                ('commitment', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField(default=mukatabat.kernel.clock.now)),
            ],
            options={
                'db_table': 'ledger_waiting',
            },
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[(mukatabat.ledger.rules.AlarmKind['SILENT'], mukatabat.ledger.rules.AlarmKind['SILENT']), (mukatabat.ledger.rules.AlarmKind['OLDER'], mukatabat.ledger.rules.AlarmKind['OLDER']), (mukatabat.ledger.rules.AlarmKind['FORKED'], mukatabat.ledger.rules.AlarmKind['FORKED'])], max_length=8)),
                ('witness', models.CharField(max_length=200)),
                ('said', models.CharField(max_length=400)),
                ('began_at', models.DateTimeField(default=mukatabat.kernel.clock.now)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'ledger_alarm',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('kind', 'witness'), name='ledger_alarm_open_once')],
            },
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('realm', models.CharField(max_length=16)),
                ('number', models.BigIntegerField()),
                ('link', models.BinaryField(max_length=32)),
                ('salt', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_audit_head',
                'constraints': [models.UniqueConstraint(fields=('body_id', 'number'), name='ledger_audit_head_once')],
            },
        ),
        migrations.CreateModel(
            name='Log',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('origin', models.CharField(max_length=200)),
                ('public', models.BinaryField(max_length=32)),
                ('store', models.CharField(max_length=16)),
                ('root_key', models.CharField(max_length=64)),
                ('token', models.BinaryField()),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField(max_length=32)),
                ('begun_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_log',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='ledger_log_is_one')],
            },
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('at', models.DateTimeField()),
                ('held', models.BigIntegerField()),
                ('waiting', models.BigIntegerField()),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField(max_length=32)),
                ('missing', models.JSONField(default=list)),
            ],
            options={
                'db_table': 'ledger_reconciliation',
                'indexes': [models.Index(fields=['body_id', '-at'], name='ledger_reconciliation_newest')],
            },
        ),
        migrations.CreateModel(
            name='Tile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('data', models.BinaryField(max_length=8192)),
            ],
            options={
                'db_table': 'ledger_tile',
                'constraints': [models.UniqueConstraint(fields=('level', 'number'), name='ledger_tile_once')],
            },
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('witness', models.CharField(max_length=200)),
                ('line', models.CharField(max_length=400)),
                ('at', models.DateTimeField(default=mukatabat.kernel.clock.now)),
                ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.checkpoint')),
            ],
            options={
                'db_table': 'ledger_cosignature',
                'constraints': [models.UniqueConstraint(fields=('checkpoint', 'witness'), name='ledger_cosigned_once')],
            },
        ),
    ]
