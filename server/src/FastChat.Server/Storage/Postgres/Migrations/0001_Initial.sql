-- Ids are uuid, which sort as their text does; times are timestamptz of whole milliseconds.

CREATE TABLE database_info (
  id    integer NOT NULL PRIMARY KEY CHECK (id = 1),
  epoch text    NOT NULL
);

CREATE TABLE signing_keys (
  key_id      text COLLATE "C" NOT NULL PRIMARY KEY,
  private_key bytea            NOT NULL,
  created_at  timestamptz      NOT NULL
);

CREATE TABLE users (
  user_id      uuid        NOT NULL PRIMARY KEY,
  display_name text        NOT NULL,
  kind         text        NOT NULL,
  created_at   timestamptz NOT NULL,
  last_seen    timestamptz NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE user_sessions (
  session_id uuid        NOT NULL PRIMARY KEY,
  user_id    uuid        NOT NULL REFERENCES users (user_id),
  client     text        NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen  timestamptz NOT NULL,
  revoked_at timestamptz NULL
) WITH (fillfactor = 80);
CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id);
CREATE INDEX ix_user_sessions_revoked_at ON user_sessions (revoked_at) WHERE revoked_at IS NOT NULL;

-- Only hashes of refresh tokens. A generation is the set of tokens that were handed out for the same predecessor.
CREATE TABLE refresh_tokens (
  token_hash bytea       NOT NULL PRIMARY KEY,
  session_id uuid        NOT NULL REFERENCES user_sessions (session_id),
  generation bigint      NOT NULL,
  created_at timestamptz NOT NULL,
  used_at    timestamptz NULL
);
CREATE INDEX ix_refresh_tokens_session_id_generation ON refresh_tokens (session_id, generation);

-- One-time links to another device, again only hashes. They are forgotten after minutes.
CREATE TABLE link_tokens (
  token_hash bytea       NOT NULL PRIMARY KEY,
  user_id    uuid        NOT NULL REFERENCES users (user_id),
  session_id uuid        NOT NULL REFERENCES user_sessions (session_id),
  created_at timestamptz NOT NULL,
  used_at    timestamptz NULL
);
CREATE INDEX ix_link_tokens_user_id ON link_tokens (user_id);
CREATE INDEX ix_link_tokens_created_at ON link_tokens (created_at);

-- A running server and when it last said that it lives; what it left behind is dated by that.
CREATE TABLE nodes (
  node_id    uuid        NOT NULL PRIMARY KEY,
  started_at timestamptz NOT NULL,
  renewed_at timestamptz NOT NULL
);

-- One row per connection (or per session that keeps itself online by heartbeats: then expires_at is set).
CREATE TABLE users_online (
  node_id       uuid        NOT NULL,
  connection_id uuid        NOT NULL,
  user_id       uuid        NOT NULL REFERENCES users (user_id),
  status        text        NOT NULL,
  last_seen     timestamptz NOT NULL,
  expires_at    timestamptz NULL,
  PRIMARY KEY (node_id, connection_id)
);
CREATE INDEX ix_users_online_user_id ON users_online (user_id);

-- A direct chat holds its two users in order, so that the same two always find the same chat. Its row and its members' are
-- written with every message: room on the page keeps the new version beside the old one.
CREATE TABLE chats (
  chat_id     uuid        NOT NULL PRIMARY KEY,
  kind        text        NOT NULL,
  direct_low  uuid        NULL,
  direct_high uuid        NULL,
  last_seq    bigint      NOT NULL,
  rev         bigint      NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX ux_chats_direct ON chats (direct_low, direct_high) WHERE direct_low IS NOT NULL;

CREATE TABLE chat_members (
  chat_id       uuid        NOT NULL REFERENCES chats (chat_id),
  user_id       uuid        NOT NULL REFERENCES users (user_id),
  delivered_seq bigint      NOT NULL,
  read_seq      bigint      NOT NULL,
  opened        boolean     NOT NULL,
  joined_at     timestamptz NOT NULL,
  PRIMARY KEY (chat_id, user_id)
) WITH (fillfactor = 60);
CREATE INDEX ix_chat_members_user_id ON chat_members (user_id);

-- No foreign keys: only the message log writes here, with the chat's row locked and the sender found among its members, who have them.
-- Two look-ups for each message would double what an insert costs.
CREATE TABLE chat_messages (
  chat_id      uuid        NOT NULL,
  seq          bigint      NOT NULL,
  message_id   uuid        NOT NULL,
  rev          bigint      NOT NULL,
  sender_id    uuid        NOT NULL,
  content      text        NOT NULL,
  content_hash bytea       NOT NULL,
  sent_at      timestamptz NOT NULL,
  edited_at    timestamptz NULL,
  deleted_at   timestamptz NULL,
  PRIMARY KEY (chat_id, seq),
  -- PostgreSQL has years that the server can't read: such a row, written by hand, would hide its whole chat.
  CONSTRAINT ck_chat_messages_times CHECK (
    sent_at BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 23:59:59.999Z'
    AND edited_at BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 23:59:59.999Z'
    AND deleted_at BETWEEN '0001-01-01 00:00Z' AND '9999-12-31 23:59:59.999Z')
);
CREATE UNIQUE INDEX ux_chat_messages_sender_id_message_id ON chat_messages (sender_id, message_id);
CREATE INDEX ix_chat_messages_chat_id_rev ON chat_messages (chat_id, rev);
