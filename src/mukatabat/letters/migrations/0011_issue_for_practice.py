from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0010_print_code'),
    ]

    operations = [
        # With a default of the database's own, so that a process of the former release goes on issuing meanwhile.
        migrations.AddField(
            model_name='issue',
            name='for_practice',
            field=models.BooleanField(db_default=False),
        ),
    ]
