-- Here there is one node at a time, and its successor removes it. That its row can be marked as dead is so that the living are
-- asked for in the same words as on PostgreSQL.
ALTER TABLE nodes ADD COLUMN died_at INTEGER NULL;
