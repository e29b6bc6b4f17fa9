# SPDX-License-Identifier: EUPL-1.2
"""Grants are looked up by their object, walls by whom they keep out; pages are read by one function."""

from django.db import migrations, models

from mukatabat.tenancy.sql import statement


class Migration(migrations.Migration):
    dependencies = (("access", "0002_grants_given_again"),)
    operations = (
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["object_id", "grantee_id"], name="access_grant_of_object"),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                condition=models.Q(("denies", True)), fields=["grantee_id", "object_id"], name="access_grant_walls"
            ),
        ),
        migrations.RunSQL(statement("access", "newest"), migrations.RunSQL.noop),
    )
