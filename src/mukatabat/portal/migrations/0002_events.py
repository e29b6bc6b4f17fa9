# SPDX-License-Identifier: EUPL-1.2
"""Feeds, their events, and the functions that fill and empty them."""

import mukatabat.kernel.ids
from django.db import migrations, models

from mukatabat.tenancy.sql import statement


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0001_initial'),
        ('audit', '0002_sequence'),
    ]

    operations = [
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('last_number', models.BigIntegerField(default=0)),
                ('forgotten', models.BigIntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('number', models.BigIntegerField()),
                ('type', models.CharField(max_length=24)),
                ('object_kind', models.CharField(max_length=40)),
                ('object_id', models.UUIDField()),
                ('consignment_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('link', models.BigIntegerField()),
            ],
        ),
        migrations.AddConstraint(
            model_name='feed',
            constraint=models.UniqueConstraint(fields=('body_id',), name='portal_feed_once'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['at'], name='portal_event_age'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(fields=('body_id', 'number'), name='portal_event_once'),
        ),
        migrations.RunSQL(statement('portal', 'publish'), migrations.RunSQL.noop),
    ]
