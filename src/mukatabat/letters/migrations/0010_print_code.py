from django.db import migrations, models

KEEP = """
ALTER TABLE letters_issue NO FORCE ROW LEVEL SECURITY;
INSERT INTO letters_printcode (code, body, issue)
    SELECT code, body_id, id FROM letters_issue WHERE code IS NOT NULL ON CONFLICT DO NOTHING;
ALTER TABLE letters_issue FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0009_sealed_free_text'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrintCode',
            fields=[
                ('code', models.CharField(max_length=14, primary_key=True, serialize=False)),
                ('body', models.UUIDField()),
                ('issue', models.UUIDField()),
            ],
        ),
        # The owner looks past the bodies for this one statement, so that letters issued before are known as well.
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
