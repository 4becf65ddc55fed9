"""Installs the guards anew: states may now move back when an annotator withdraws a submission."""

from typing import Any

from django.db import migrations

from annotate.models.guards import guards_install, guards_remove


def renew(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers and create those of today's tables."""
    guards_remove(schema_editor.connection)
    guards_install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("annotate", "0003_workbench")]
    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
