# SPDX-License-Identifier: EUPL-1.2
"""What was taken away can be given again: only one standing grant of a reason, and the ended ones beside it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("access", "0001_initial"),)
    operations = (
        migrations.RemoveConstraint(model_name="grant", name="access_grant_once"),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                fields=["object_id", "grantee_id", "reason", "denies"],
                condition=models.Q(ends=None),
                name="access_grant_stands_once",
            ),
        ),
    )
