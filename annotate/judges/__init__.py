"""Talks to models: any OpenAI-compatible endpoint. Knows nothing of Django or of rows."""
