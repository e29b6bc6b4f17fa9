# SPDX-License-Identifier: EUPL-1.2
"""Changes that wait for a second person; the registry's hours and contact; names folded for finding."""

from typing import Any

import django.db.models.deletion
import mukatabat.directory.models
import mukatabat.directory.vocabulary
import mukatabat.kernel.clock
import mukatabat.kernel.ids
from django.db import migrations, models


def fold_names(apps: Any, schema_editor: Any) -> None:
    from mukatabat.kernel.arabic import fold

    person = apps.get_model("directory", "Person")
    changed = []
    for one in person.objects.only("id", "ar", "en").iterator(chunk_size=1000):
        one.folded = fold(f"{one.ar} {one.en}")
        changed.append(one)
    person.objects.bulk_update(changed, ["folded"], batch_size=1000)


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('kind', models.CharField(choices=mukatabat.directory.vocabulary.ChangeKind.choices, max_length=16)),
                ('person_id', models.UUIDField()),
                ('content', models.JSONField()),
                ('reason', models.CharField(max_length=200)),
                ('proposed_by', models.UUIDField()),
                ('proposed_at', models.DateTimeField(default=mukatabat.kernel.clock.now)),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=mukatabat.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('body_id', models.UUIDField(editable=False)),
                ('verdict', models.CharField(choices=mukatabat.directory.vocabulary.Verdict.choices, max_length=10)),
                ('decided_by', models.UUIDField()),
                ('decided_at', models.DateTimeField(default=mukatabat.kernel.clock.now)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='holiday',
            name='directory_holiday_once',
        ),
        migrations.AddField(
            model_name='body',
            name='registry_closes',
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='body',
            name='registry_email',
            field=models.EmailField(blank=True, default='', max_length=254),
        ),
        migrations.AddField(
            model_name='body',
            name='registry_opens',
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='body',
            name='registry_phone',
            field=models.CharField(blank=True, default='', max_length=24),
        ),
        migrations.AddField(
            model_name='holiday',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='person',
            name='folded',
            field=mukatabat.directory.models.FoldedName(default='', editable=False),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['body', 'folded', 'id'], name='directory_person_in_order'),
        ),
        migrations.AddConstraint(
            model_name='body',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('registry_closes__isnull', True), ('registry_opens__isnull', True)), ('registry_opens__lt', models.F('registry_closes')), _connector='OR'), name='directory_body_registry_hours'),
        ),
        migrations.AddConstraint(
            model_name='holiday',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('realm', 'on'), name='directory_holiday_once'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['body_id', '-proposed_at'], name='directory_change_newest'),
        ),
        migrations.AddField(
            model_name='decision',
            name='change',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='directory.change'),
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
    ]
