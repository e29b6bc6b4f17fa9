# SPDX-License-Identifier: EUPL-1.2
"""People whom a body's own directory signs in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mukatabat.kernel.ids


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0005_grants_of_a_body'),
    ]

    operations = [
        migrations.CreateModel(
            name='LinkedIdentity',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('issuer', models.CharField(max_length=300)),
                ('subject', models.CharField(max_length=255)),
                ('bound_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identities', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issuer', 'subject'), name='access_identity_subject_once'), models.UniqueConstraint(fields=('account', 'issuer'), name='access_identity_account_once')],
            },
        ),
    ]
