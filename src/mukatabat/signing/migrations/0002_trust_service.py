import django.db.models.deletion
import mukatabat.kernel.clock
import mukatabat.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('signing', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('person_id', models.UUIDField()),
                ('deadline', models.DateTimeField()),
                ('credential', models.CharField(blank=True, default='', max_length=255)),
                ('algorithm', models.CharField(blank=True, default='', max_length=40)),
                ('asked', models.PositiveSmallIntegerField(default=0)),
                ('handle', models.TextField(blank=True, default='')),
                ('activation', models.TextField(blank=True, default='')),
                ('response', models.TextField(blank=True, default='')),
                ('refusal', models.CharField(blank=True, choices=[('declined', 'declined'), ('expired', 'expired'), ('late', 'late'), ('unable', 'unable')], max_length=10)),
                ('text', models.CharField(blank=True, default='', max_length=200)),
                ('begun_at', models.DateTimeField(default=mukatabat.kernel.clock.now)),
                ('next_at', models.DateTimeField(default=mukatabat.kernel.clock.now)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'signing_release',
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['body_id', 'begun_at'], name='signing_release_open')],
            },
        ),
        migrations.CreateModel(
            name='SignerIdentity',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('person_id', models.UUIDField()),
                ('user_id', models.CharField(blank=True, max_length=255)),
                ('number', models.CharField(blank=True, max_length=64)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(default=mukatabat.kernel.clock.now)),
            ],
            options={
                'db_table': 'signing_signer_identity',
                'indexes': [models.Index(fields=['body_id', 'person_id', '-at'], name='signing_signer_identity_newest')],
            },
        ),
        migrations.CreateModel(
            name='RemoteRequest',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('place', models.PositiveSmallIntegerField()),
                ('identity', models.CharField(max_length=64)),
                ('certificate', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('display_text', models.CharField(max_length=200)),
                ('signature', models.BinaryField(null=True)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='signing.release')),
            ],
            options={
                'db_table': 'signing_remote_request',
                'constraints': [models.UniqueConstraint(fields=('release', 'place'), name='signing_remote_request_place')],
            },
        ),
    ]
