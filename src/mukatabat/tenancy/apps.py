# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    """Body context and row-level security, beneath every room that keeps a body's rows."""

    name = "mukatabat.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        """Guard every connection, and secure every table at the end of each migration run."""
        from django.db.backends.signals import connection_created

        from mukatabat.tenancy.guard import install
        from mukatabat.tenancy.security import secure_tables

        connection_created.connect(install, dispatch_uid="tenancy.guard")
        post_migrate.connect(secure_tables, sender=self, dispatch_uid="tenancy.secure")
