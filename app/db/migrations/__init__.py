"""The one line of migrations for both sides; see `app.db.schema`."""
