"""Installs the guards of models/guards.py: what is frozen cannot be changed, and states move along their tables."""

from typing import Any

from django.db import migrations

from annotate.models.guards import guards_install, guards_remove


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers."""
    guards_install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers."""
    guards_remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("annotate", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
