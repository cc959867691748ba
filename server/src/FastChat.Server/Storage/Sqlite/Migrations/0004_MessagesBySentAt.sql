-- On PostgreSQL an index by which other nodes' messages are found. Here there is one node, which needs none: the schema only has the
-- same number, so that a backup of either database fits the other.
SELECT 1;
