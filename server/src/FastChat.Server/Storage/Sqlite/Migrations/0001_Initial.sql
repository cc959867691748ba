-- Ids are 16-byte blobs (a UUID, big-endian); times are Unix milliseconds.

CREATE TABLE database_info (
  id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  epoch TEXT    NOT NULL
);

CREATE TABLE signing_keys (
  key_id      TEXT    NOT NULL PRIMARY KEY,
  private_key BLOB    NOT NULL,
  created_at  INTEGER NOT NULL
);

CREATE TABLE users (
  user_id      BLOB    NOT NULL PRIMARY KEY,
  display_name TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE user_sessions (
  session_id BLOB    NOT NULL PRIMARY KEY,
  user_id    BLOB    NOT NULL REFERENCES users (user_id),
  client     TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  revoked_at INTEGER NULL
) WITHOUT ROWID;
CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id);
CREATE INDEX ix_user_sessions_revoked_at ON user_sessions (revoked_at) WHERE revoked_at IS NOT NULL;

-- Only hashes of refresh tokens. A generation is the set of tokens that were handed out for the same predecessor.
CREATE TABLE refresh_tokens (
  token_hash BLOB    NOT NULL PRIMARY KEY,
  session_id BLOB    NOT NULL REFERENCES user_sessions (session_id),
  generation INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  used_at    INTEGER NULL
) WITHOUT ROWID;
CREATE INDEX ix_refresh_tokens_session_id_generation ON refresh_tokens (session_id, generation);

-- One-time links to another device, again only hashes. They are forgotten after minutes.
CREATE TABLE link_tokens (
  token_hash BLOB    NOT NULL PRIMARY KEY,
  user_id    BLOB    NOT NULL REFERENCES users (user_id),
  session_id BLOB    NOT NULL REFERENCES user_sessions (session_id),
  created_at INTEGER NOT NULL,
  used_at    INTEGER NULL
) WITHOUT ROWID;
CREATE INDEX ix_link_tokens_user_id ON link_tokens (user_id);
CREATE INDEX ix_link_tokens_created_at ON link_tokens (created_at);

-- A running server and when it last said that it lives; what it left behind is dated by that.
CREATE TABLE nodes (
  node_id    BLOB    NOT NULL PRIMARY KEY,
  started_at INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL
) WITHOUT ROWID;

-- One row per connection (or per session that keeps itself online by heartbeats: then expires_at is set).
CREATE TABLE users_online (
  node_id       BLOB    NOT NULL,
  connection_id BLOB    NOT NULL,
  user_id       BLOB    NOT NULL REFERENCES users (user_id),
  status        TEXT    NOT NULL,
  last_seen     INTEGER NOT NULL,
  expires_at    INTEGER NULL,
  PRIMARY KEY (node_id, connection_id)
) WITHOUT ROWID;
CREATE INDEX ix_users_online_user_id ON users_online (user_id);

-- A direct chat holds its two users in order, so that the same two always find the same chat.
CREATE TABLE chats (
  chat_id      BLOB    NOT NULL PRIMARY KEY,
  kind         TEXT    NOT NULL,
  direct_low   BLOB    NULL,
  direct_high  BLOB    NULL,
  last_seq     INTEGER NOT NULL,
  rev          INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX ux_chats_direct ON chats (direct_low, direct_high) WHERE direct_low IS NOT NULL;

CREATE TABLE chat_members (
  chat_id       BLOB    NOT NULL REFERENCES chats (chat_id),
  user_id       BLOB    NOT NULL REFERENCES users (user_id),
  delivered_seq INTEGER NOT NULL,
  read_seq      INTEGER NOT NULL,
  opened        INTEGER NOT NULL,
  joined_at     INTEGER NOT NULL,
  PRIMARY KEY (chat_id, user_id)
) WITHOUT ROWID;
CREATE INDEX ix_chat_members_user_id ON chat_members (user_id);

CREATE TABLE chat_messages (
  chat_id      BLOB    NOT NULL REFERENCES chats (chat_id),
  seq          INTEGER NOT NULL,
  message_id   BLOB    NOT NULL,
  rev          INTEGER NOT NULL,
  sender_id    BLOB    NOT NULL REFERENCES users (user_id),
  content      TEXT    NOT NULL,
  content_hash BLOB    NOT NULL,
  sent_at      INTEGER NOT NULL,
  edited_at    INTEGER NULL,
  deleted_at   INTEGER NULL,
  PRIMARY KEY (chat_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX ux_chat_messages_sender_id_message_id ON chat_messages (sender_id, message_id);
CREATE INDEX ix_chat_messages_chat_id_rev ON chat_messages (chat_id, rev);
