-- What the last program of schema 0001 wrote, killed in the middle of a connection: a row in every table.
PRAGMA foreign_keys=OFF;
PRAGMA application_id=1178822772;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" (
    "Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY,
    "Timestamp" TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY,
    "ProductVersion" TEXT NOT NULL
);
INSERT INTO __EFMigrationsHistory VALUES('0001_Initial','10.0.14');
CREATE TABLE database_info (
  id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  epoch TEXT    NOT NULL
);
INSERT INTO database_info VALUES(1,'01a2065e-3731-74dd-af31-5f9924fdad7f');
CREATE TABLE signing_keys (
  key_id      TEXT    NOT NULL PRIMARY KEY,
  private_key BLOB    NOT NULL,
  created_at  INTEGER NOT NULL
);
INSERT INTO signing_keys VALUES('c7e99d51537f4b8f8df97b4c42735076',X'308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b02010104209da16615c0a284bb033620c779b13df8d091414b371376a6d4e001d6fc2d2622a14403420004ec6603f31b8861f06c3c8aa213ad9f2be7739451b4235c88978b7094b3763640aca46a10fdee3a36b88b5b8e622d27b5d4474cff5d4e951cf3805f1bb8f9e565',1795403167759);
CREATE TABLE users (
  user_id      BLOB    NOT NULL PRIMARY KEY,
  display_name TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO users VALUES(X'01a2065e3b127e2ba9af2a92a09f7703','Ada of old','guest',1795403168530,1795403169603);
INSERT INTO users VALUES(X'01a2065e3bac7cf2a7bc6d658c0ab608','Bob of old','guest',1795403168684,1795403168684);
CREATE TABLE user_sessions (
  session_id BLOB    NOT NULL PRIMARY KEY,
  user_id    BLOB    NOT NULL REFERENCES users (user_id),
  client     TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  revoked_at INTEGER NULL
) WITHOUT ROWID;
INSERT INTO user_sessions VALUES(X'01a2065e3b127362b7eeb5b0da007fc0',X'01a2065e3b127e2ba9af2a92a09f7703','Python-urllib/3.11',1795403168530,1795403168912,NULL);
INSERT INTO user_sessions VALUES(X'01a2065e3bac7721bde6764053b7d873',X'01a2065e3bac7cf2a7bc6d658c0ab608','Python-urllib/3.11',1795403168684,1795403168684,NULL);
CREATE TABLE refresh_tokens (
  token_hash BLOB    NOT NULL PRIMARY KEY,
  session_id BLOB    NOT NULL REFERENCES user_sessions (session_id),
  generation INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  used_at    INTEGER NULL
) WITHOUT ROWID;
INSERT INTO refresh_tokens VALUES(X'1f021336aef29d75444d438a7200de7af8b0a070542470634dcfda0abbd22447',X'01a2065e3b127362b7eeb5b0da007fc0',0,1795403168530,1795403168912);
INSERT INTO refresh_tokens VALUES(X'c099b82021d336fa4a4f6c2bee182e4d7f5b7f19e6df6f946d9d924210092c7f',X'01a2065e3b127362b7eeb5b0da007fc0',1,1795403168912,NULL);
INSERT INTO refresh_tokens VALUES(X'c9d7d7d68a461054086152a1dfcb7d095deb36dfcef95c38b5b15e17bac23a0a',X'01a2065e3bac7721bde6764053b7d873',0,1795403168684,NULL);
CREATE TABLE link_tokens (
  token_hash BLOB    NOT NULL PRIMARY KEY,
  user_id    BLOB    NOT NULL REFERENCES users (user_id),
  session_id BLOB    NOT NULL REFERENCES user_sessions (session_id),
  created_at INTEGER NOT NULL,
  used_at    INTEGER NULL
) WITHOUT ROWID;
INSERT INTO link_tokens VALUES(X'705af3d7728270a4da7938206f971488a7fa274c6808e2fd143b0af73f0c3267',X'01a2065e3b127e2ba9af2a92a09f7703',X'01a2065e3b127362b7eeb5b0da007fc0',1795403168700,NULL);
CREATE TABLE nodes (
  node_id    BLOB    NOT NULL PRIMARY KEY,
  started_at INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO nodes VALUES(X'01a2065e39537b85aac953928dab7e63',1795403168094,1795403170103);
CREATE TABLE users_online (
  node_id       BLOB    NOT NULL,
  connection_id BLOB    NOT NULL,
  user_id       BLOB    NOT NULL REFERENCES users (user_id),
  status        TEXT    NOT NULL,
  last_seen     INTEGER NOT NULL,
  expires_at    INTEGER NULL,
  PRIMARY KEY (node_id, connection_id)
) WITHOUT ROWID;
INSERT INTO users_online VALUES(X'01a2065e39537b85aac953928dab7e63',X'01a2065e3d337401ba709ee94fc5b548',X'01a2065e3b127e2ba9af2a92a09f7703','online',1795403169603,NULL);
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
INSERT INTO chats VALUES(X'01a2065e3c0672c3b13cf9520fa817ec','direct',X'01a2065e3b127e2ba9af2a92a09f7703',X'01a2065e3bac7cf2a7bc6d658c0ab608',3,3,1795403168774,1795403168908);
CREATE TABLE chat_members (
  chat_id       BLOB    NOT NULL REFERENCES chats (chat_id),
  user_id       BLOB    NOT NULL REFERENCES users (user_id),
  delivered_seq INTEGER NOT NULL,
  read_seq      INTEGER NOT NULL,
  opened        INTEGER NOT NULL,
  joined_at     INTEGER NOT NULL,
  PRIMARY KEY (chat_id, user_id)
) WITHOUT ROWID;
INSERT INTO chat_members VALUES(X'01a2065e3c0672c3b13cf9520fa817ec',X'01a2065e3b127e2ba9af2a92a09f7703',3,3,1,1795403168774);
INSERT INTO chat_members VALUES(X'01a2065e3c0672c3b13cf9520fa817ec',X'01a2065e3bac7cf2a7bc6d658c0ab608',2,2,0,1795403168774);
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
INSERT INTO chat_messages VALUES(X'01a2065e3c0672c3b13cf9520fa817ec',1,X'01890000000070008000000000000001',1,X'01a2065e3b127e2ba9af2a92a09f7703','Message 1 of old – ünïcödé 👋',X'e6299dcbdab68987a52751c3987069e0ced97a9ff6d6d7084b8ecf74cade02e7',1795403168894,NULL,NULL);
INSERT INTO chat_messages VALUES(X'01a2065e3c0672c3b13cf9520fa817ec',2,X'01890000000070008000000000000002',2,X'01a2065e3bac7cf2a7bc6d658c0ab608','Message 2 of old – ünïcödé 👋',X'30a26bf0aa1ab7527d14beb5ed6c54dbe95485ccd50ef1d364b39eba376fbbeb',1795403168904,NULL,NULL);
INSERT INTO chat_messages VALUES(X'01a2065e3c0672c3b13cf9520fa817ec',3,X'01890000000070008000000000000003',3,X'01a2065e3b127e2ba9af2a92a09f7703','Message 3 of old – ünïcödé 👋',X'192b9b7646bb6dac8113284ec650d40c2cd7f79f57aff9688fca299df1b90722',1795403168908,NULL,NULL);
CREATE INDEX ix_user_sessions_user_id ON user_sessions (user_id);
CREATE INDEX ix_user_sessions_revoked_at ON user_sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX ix_refresh_tokens_session_id_generation ON refresh_tokens (session_id, generation);
CREATE INDEX ix_link_tokens_user_id ON link_tokens (user_id);
CREATE INDEX ix_link_tokens_created_at ON link_tokens (created_at);
CREATE INDEX ix_users_online_user_id ON users_online (user_id);
CREATE UNIQUE INDEX ux_chats_direct ON chats (direct_low, direct_high) WHERE direct_low IS NOT NULL;
CREATE INDEX ix_chat_members_user_id ON chat_members (user_id);
CREATE UNIQUE INDEX ux_chat_messages_sender_id_message_id ON chat_messages (sender_id, message_id);
CREATE INDEX ix_chat_messages_chat_id_rev ON chat_messages (chat_id, rev);
COMMIT;
