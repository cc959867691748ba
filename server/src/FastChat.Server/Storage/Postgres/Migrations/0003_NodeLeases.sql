-- A node whose lease another one found lapsed is marked with died_at, and so finds out itself if it should wake up. The row goes
-- an hour later. presence_version is the number of the node's last write to users_online; changes up to purged_version are not to be had any
-- more one by one.
ALTER TABLE nodes
  ADD COLUMN died_at          timestamptz NULL,
  ADD COLUMN presence_version bigint      NOT NULL DEFAULT 0,
  ADD COLUMN purged_version   bigint      NOT NULL DEFAULT 0;

-- The write of its node in which a row last changed. A row that ends stays for a minute or two as 'gone', so that who reads what
-- has changed since finds it; 'renamed' is a user (in place of a connection) who has a new name.
ALTER TABLE users_online ADD COLUMN version bigint NOT NULL DEFAULT 0;
CREATE INDEX ix_users_online_node_id_version ON users_online (node_id, version);
