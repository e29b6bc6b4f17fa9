from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0010_certificate_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='nodekey',
            name='revoked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='nodekey',
            name='held_up',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
