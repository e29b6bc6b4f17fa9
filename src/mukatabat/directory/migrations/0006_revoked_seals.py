from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0005_public_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='publickey',
            name='revoked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='publickey',
            name='held_up',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
