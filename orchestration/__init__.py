"""When and in which order: Dagster definitions, the steps of a refresh, and the CLI.

The only room that imports Dagster and dbt and that reads environment variables.
"""
