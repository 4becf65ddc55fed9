"""Runs the whole chain against a real site: simulated people work over HTTP, as a browser would (`make demo`).

    python -m simulator [--data FILE] [--limit N] [--out DIR] [--passes N] [--noise X] [--seed S]

Nothing here touches the site's database: the web server and the workers are child processes, and what happens on the
site happens through its API. Only accounts and the base model are made by management commands.
"""
