from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0007_to_chase'),
    ]

    operations = [
        migrations.AddField(
            model_name='consignment',
            name='wrap',
            field=models.BinaryField(null=True),
        ),
    ]
