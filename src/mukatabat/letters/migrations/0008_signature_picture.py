# SPDX-License-Identifier: EUPL-1.2
"""The picture of a person's signature."""

from django.db import migrations, models

import mukatabat.kernel.ids


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0007_letter_editor'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignaturePicture',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('person_id', models.UUIDField()),
                ('document_id', models.UUIDField(null=True)),
                ('set_by', models.UUIDField()),
                ('set_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['person_id', '-set_at'], name='signature_picture_newest')],
            },
        ),
    ]
