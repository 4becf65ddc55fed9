"""The API of people and models working together: /api/..."""
