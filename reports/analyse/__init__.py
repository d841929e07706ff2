"""What a planner asks beyond single Kennzahlen, from the protected marts of one release alone.

Belongs here: Lebenslagenindex, HzE beside it, pooled counts, early warning, model areas; each with its limits in words.
Not here: Kennzahlen (`dbt_project`), pages and CSS (`reports/vorlagen`). Nothing unprotected is read, and a count is
only pooled over years that are published one by one, so no result can say more than the marts do.
"""
