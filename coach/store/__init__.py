"""State in SQL: what the coach remembers, whose it is, and how it is exported and erased.

To add a table:

1. Write its class in your store's module, below `coach.store.base.Owned`: its rows belong to a person of
   a tenant, and `Holdings` exports and erases them without further code. (A table whose rows are nobody's
   own stands below `Base` and says why in `coach.store.holdings.UNOWNED`.)
2. Name that module in `MODULES` of `coach.store.schema`.
3. Run ``python -m coach.store.draft "practice grades"``: it writes the next file in
   `coach/store/migrations/`, made from the difference between the tables and the migrations so far. Read it.
4. ``pytest tests/coach/store/test_schema.py`` proves that the migrations lead to exactly the tables, there
   and back, on SQLite and PostgreSQL, and that no table is forgotten when somebody's rows are erased.

A store takes a `Database`, opens one transaction a call, and filters every query by tenant (by tenant and
person where the rows are private). Rows of others look exactly like missing ones.
"""
