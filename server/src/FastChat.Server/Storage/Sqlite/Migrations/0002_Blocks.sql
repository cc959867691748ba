-- Who has blocked whom. last_seen is what the blocked one is told of the blocker while the block lasts.
CREATE TABLE user_blocks (
  blocker_id BLOB    NOT NULL REFERENCES users (user_id),
  blocked_id BLOB    NOT NULL REFERENCES users (user_id),
  blocked_at INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  PRIMARY KEY (blocker_id, blocked_id)
) WITHOUT ROWID;
CREATE INDEX ix_user_blocks_blocked_id ON user_blocks (blocked_id);

-- The last range of messages hidden from a member; 0 and 0: none. A list of chats needs no more to leave out those in which
-- there is nothing else, and most moves of a position need no more either.
ALTER TABLE chat_members ADD COLUMN hidden_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat_members ADD COLUMN hidden_seq INTEGER NOT NULL DEFAULT 0;

-- The member has blocked another one: only then is it looked up whom, so that chats without blocks cost nothing.
ALTER TABLE chat_members ADD COLUMN blocking INTEGER NOT NULL DEFAULT 0;

-- All ranges of messages hidden from a member, for ever.
CREATE TABLE hidden_ranges (
  chat_id   BLOB    NOT NULL REFERENCES chats (chat_id),
  user_id   BLOB    NOT NULL REFERENCES users (user_id),
  first_seq INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  PRIMARY KEY (chat_id, user_id, first_seq)
) WITHOUT ROWID;

-- Where a blocker stands, as the blocked one (the viewer) is told while the block lasts.
CREATE TABLE held_positions (
  user_id       BLOB    NOT NULL REFERENCES users (user_id),
  viewer_id     BLOB    NOT NULL REFERENCES users (user_id),
  chat_id       BLOB    NOT NULL REFERENCES chats (chat_id),
  delivered_seq INTEGER NOT NULL,
  read_seq      INTEGER NOT NULL,
  PRIMARY KEY (user_id, viewer_id, chat_id)
) WITHOUT ROWID;
