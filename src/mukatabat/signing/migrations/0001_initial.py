import mukatabat.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='RevocationList',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('authority', models.CharField(max_length=64)),
                ('day', models.DateField()),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('data', models.BinaryField()),
                ('kept_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'signing_revocation_list',
                'constraints': [models.UniqueConstraint(fields=('authority', 'day'), name='signing_revocation_list_a_day')],
            },
        ),
    ]
