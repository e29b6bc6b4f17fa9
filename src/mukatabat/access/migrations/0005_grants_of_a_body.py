# SPDX-License-Identifier: EUPL-1.2
"""The uniqueness of a grant is its body's own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0004_account_shortcuts'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='grant',
            name='access_grant_stands_once',
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(condition=models.Q(('ends', None)), fields=('body_id', 'object_id', 'grantee_id', 'reason', 'denies'), name='access_grant_stands_once_in_body'),
        ),
    ]
