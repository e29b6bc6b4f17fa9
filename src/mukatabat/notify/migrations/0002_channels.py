# SPDX-License-Identifier: EUPL-1.2
"""E-mail and the other channels beside the bell."""

import datetime
import django.db.models.deletion
import mukatabat.kernel.ids
import mukatabat.notify.ports
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notify', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('person_id', models.UUIDField()),
                ('channel', models.CharField(choices=[(mukatabat.notify.ports.ChannelName['EMAIL'], mukatabat.notify.ports.ChannelName['EMAIL']), (mukatabat.notify.ports.ChannelName['SMS'], mukatabat.notify.ports.ChannelName['SMS']), (mukatabat.notify.ports.ChannelName['HOOK'], mukatabat.notify.ports.ChannelName['HOOK'])], max_length=8)),
                ('digest', models.BooleanField(default=False)),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('given_up_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('person_id', models.UUIDField()),
                ('language', models.CharField(default='ar', max_length=2)),
                ('email', models.JSONField(default=dict)),
                ('sms', models.JSONField(default=list)),
                ('hook', models.JSONField(default=list)),
                ('mobile', models.CharField(blank=True, max_length=20)),
                ('quiet_from', models.TimeField(default=datetime.time(0, 0))),
                ('quiet_until', models.TimeField(default=datetime.time(0, 0))),
                ('digest_at', models.TimeField(default=datetime.time(7, 30))),
            ],
        ),
        migrations.AddField(
            model_name='notification',
            name='sealed',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='notification',
            name='spread',
            field=models.BooleanField(default=True),  # what was told before the channels came is not sent by them
        ),
        migrations.AlterField(
            model_name='notification',
            name='spread',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='notification',
            name='subject',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('spread', False)), fields=['body_id', 'at'], name='notification_to_spread'),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='notification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dispatches', to='notify.notification'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.UniqueConstraint(fields=('body_id', 'person_id'), name='notify_preference_once'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('given_up_at', None)), fields=['body_id', 'due_at'], name='notify_dispatch_due'),
        ),
        migrations.AddConstraint(
            model_name='dispatch',
            constraint=models.UniqueConstraint(fields=('notification', 'channel'), name='notify_dispatch_once'),
        ),
    ]
