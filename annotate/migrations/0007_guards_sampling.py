"""Installs the guards anew: a prompt that waited for responses may now receive them."""

from typing import Any

from django.db import migrations

from annotate.models.guards import guards_install, guards_remove


def renew(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers and create those of today's tables."""
    guards_remove(schema_editor.connection)
    guards_install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("annotate", "0007_judges")]
    operations = [migrations.RunPython(renew, migrations.RunPython.noop)]
