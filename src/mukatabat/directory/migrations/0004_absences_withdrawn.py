# SPDX-License-Identifier: EUPL-1.2
"""Leave that was withdrawn; changes that need two persons and give nobody power."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0003_hijri_adjustment'),
    ]

    operations = [
        migrations.AddField(
            model_name='absence',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='change',
            name='person_id',
            field=models.UUIDField(null=True),
        ),
    ]
