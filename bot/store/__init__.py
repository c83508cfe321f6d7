"""What is kept: tables, migrations and encryption; the only place that speaks SQL."""
