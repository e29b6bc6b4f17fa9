from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # the index is built while letters are carried

    dependencies = [
        ('exchange', '0006_evidence'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='consignment',
            index=models.Index(
                condition=models.Q(('state__in', ['dispatched', 'delivered', 'failed', 'held', 'returned'])),
                fields=['body_id', '-ordered_at'],
                name='consignment_to_chase',
            ),
        ),
    ]
