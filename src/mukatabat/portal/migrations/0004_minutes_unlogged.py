from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0003_webhooks'),
    ]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE portal_minute SET UNLOGGED',
            'ALTER TABLE portal_minute SET LOGGED',
        ),
    ]
