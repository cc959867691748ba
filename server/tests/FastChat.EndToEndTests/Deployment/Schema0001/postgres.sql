-- What the last program of schema 0001 wrote, killed in the middle of a connection: a row in every table.

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public."__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL
);

CREATE TABLE public.chat_members (
    chat_id uuid NOT NULL,
    user_id uuid NOT NULL,
    delivered_seq bigint NOT NULL,
    read_seq bigint NOT NULL,
    opened boolean NOT NULL,
    joined_at timestamp with time zone NOT NULL
)
WITH (fillfactor='60');

CREATE TABLE public.chat_messages (
    chat_id uuid NOT NULL,
    seq bigint NOT NULL,
    message_id uuid NOT NULL,
    rev bigint NOT NULL,
    sender_id uuid NOT NULL,
    content text NOT NULL,
    content_hash bytea NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone,
    CONSTRAINT ck_chat_messages_times CHECK ((((sent_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (sent_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)) AND ((edited_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (edited_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone)) AND ((deleted_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (deleted_at <= '9999-12-31 23:59:59.999+00'::timestamp with time zone))))
);

CREATE TABLE public.chats (
    chat_id uuid NOT NULL,
    kind text NOT NULL,
    direct_low uuid,
    direct_high uuid,
    last_seq bigint NOT NULL,
    rev bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
)
WITH (fillfactor='60');

CREATE TABLE public.database_info (
    id integer NOT NULL,
    epoch text NOT NULL,
    CONSTRAINT database_info_id_check CHECK ((id = 1))
);

CREATE TABLE public.link_tokens (
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

CREATE TABLE public.nodes (
    node_id uuid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    renewed_at timestamp with time zone NOT NULL
);

CREATE TABLE public.refresh_tokens (
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    generation bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

CREATE TABLE public.signing_keys (
    key_id text NOT NULL COLLATE pg_catalog."C",
    private_key bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.user_sessions (
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    client text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
)
WITH (fillfactor='80');

CREATE TABLE public.users (
    user_id uuid NOT NULL,
    display_name text NOT NULL,
    kind text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL
)
WITH (fillfactor='80');

CREATE TABLE public.users_online (
    node_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    user_id uuid NOT NULL,
    status text NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    expires_at timestamp with time zone
);

INSERT INTO public."__EFMigrationsHistory" VALUES ('0001_Initial', '10.0.14');

INSERT INTO public.chat_members VALUES ('01a2065e-63c9-75c2-a408-f7cd7f9f0366', '01a2065e-6356-773d-bd3f-c937f82234f0', 2, 2, false, '2026-11-23 03:06:18.953+00');
INSERT INTO public.chat_members VALUES ('01a2065e-63c9-75c2-a408-f7cd7f9f0366', '01a2065e-62c1-70de-a1e2-73ab78a5241a', 3, 3, true, '2026-11-23 03:06:18.953+00');

INSERT INTO public.chat_messages VALUES ('01a2065e-63c9-75c2-a408-f7cd7f9f0366', 1, '01890000-0000-7000-8000-000000000001', 1, '01a2065e-62c1-70de-a1e2-73ab78a5241a', 'Message 1 of old – ünïcödé 👋', '\xe6299dcbdab68987a52751c3987069e0ced97a9ff6d6d7084b8ecf74cade02e7', '2026-11-23 03:06:19.127+00', NULL, NULL);
INSERT INTO public.chat_messages VALUES ('01a2065e-63c9-75c2-a408-f7cd7f9f0366', 2, '01890000-0000-7000-8000-000000000002', 2, '01a2065e-6356-773d-bd3f-c937f82234f0', 'Message 2 of old – ünïcödé 👋', '\x30a26bf0aa1ab7527d14beb5ed6c54dbe95485ccd50ef1d364b39eba376fbbeb', '2026-11-23 03:06:19.149+00', NULL, NULL);
INSERT INTO public.chat_messages VALUES ('01a2065e-63c9-75c2-a408-f7cd7f9f0366', 3, '01890000-0000-7000-8000-000000000003', 3, '01a2065e-62c1-70de-a1e2-73ab78a5241a', 'Message 3 of old – ünïcödé 👋', '\x192b9b7646bb6dac8113284ec650d40c2cd7f79f57aff9688fca299df1b90722', '2026-11-23 03:06:19.164+00', NULL, NULL);

INSERT INTO public.chats VALUES ('01a2065e-63c9-75c2-a408-f7cd7f9f0366', 'direct', '01a2065e-62c1-70de-a1e2-73ab78a5241a', '01a2065e-6356-773d-bd3f-c937f82234f0', 3, 3, '2026-11-23 03:06:18.953+00', '2026-11-23 03:06:19.164+00');

INSERT INTO public.database_info VALUES (1, '01a2065e-5f32-7b26-b44d-31cfc2d92e17');

INSERT INTO public.link_tokens VALUES ('\x0c11c660fbdf7db3aece5222115fddba68ba40f539e4769f33ff6267ef058b40', '01a2065e-62c1-70de-a1e2-73ab78a5241a', '01a2065e-62c1-78e4-a6ea-9c63e7ee1929', '2026-11-23 03:06:18.854+00', NULL);

INSERT INTO public.nodes VALUES ('01a2065e-60fe-7160-9e78-f6f6f98f87a0', '2026-11-23 03:06:18.246+00', '2026-11-23 03:06:20.256+00');

INSERT INTO public.refresh_tokens VALUES ('\xadada895c1cd4851ae5ad57309374779d3c49747c61a812c0f72165059de4e5f', '01a2065e-6356-72af-8bfb-cd20310670b7', 0, '2026-11-23 03:06:18.838+00', NULL);
INSERT INTO public.refresh_tokens VALUES ('\x9b2acbb66127ce8bf81b416acbd9063c3e2c45ab2092ae2b57c98e40530effc8', '01a2065e-62c1-78e4-a6ea-9c63e7ee1929', 0, '2026-11-23 03:06:18.689+00', '2026-11-23 03:06:19.17+00');
INSERT INTO public.refresh_tokens VALUES ('\x20a441116ba130a80c1005770597b1a54a0dbff0f22804054df3981564b41db0', '01a2065e-62c1-78e4-a6ea-9c63e7ee1929', 1, '2026-11-23 03:06:19.17+00', NULL);

INSERT INTO public.signing_keys VALUES ('ba8b02db49e445d99b2d878425c27e8a', '\x308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b020101042005c1d36db498be6da5cf6fc420783a7122b5462e9c8e57fae08a10c5cb74464ba14403420004ebe77434b7e7a2924c921bcfef5352fd48dc788d66b17a783be179e66ba5ebd16b31513dbb585e376235d7bf715517bc237106c8c22afcfb6900c69ff7ba320d', '2026-11-23 03:06:17.988+00');

INSERT INTO public.user_sessions VALUES ('01a2065e-6356-72af-8bfb-cd20310670b7', '01a2065e-6356-773d-bd3f-c937f82234f0', 'Python-urllib/3.11', '2026-11-23 03:06:18.838+00', '2026-11-23 03:06:18.838+00', NULL);
INSERT INTO public.user_sessions VALUES ('01a2065e-62c1-78e4-a6ea-9c63e7ee1929', '01a2065e-62c1-70de-a1e2-73ab78a5241a', 'Python-urllib/3.11', '2026-11-23 03:06:18.689+00', '2026-11-23 03:06:19.17+00', NULL);

INSERT INTO public.users VALUES ('01a2065e-6356-773d-bd3f-c937f82234f0', 'Bob of old', 'guest', '2026-11-23 03:06:18.838+00', '2026-11-23 03:06:18.838+00');
INSERT INTO public.users VALUES ('01a2065e-62c1-70de-a1e2-73ab78a5241a', 'Ada of old', 'guest', '2026-11-23 03:06:18.689+00', '2026-11-23 03:06:19.905+00');

INSERT INTO public.users_online VALUES ('01a2065e-60fe-7160-9e78-f6f6f98f87a0', '01a2065e-6569-7c6b-bb58-ce5b03a148dc', '01a2065e-62c1-70de-a1e2-73ab78a5241a', 'online', '2026-11-23 03:06:19.905+00', NULL);

ALTER TABLE ONLY public."__EFMigrationsHistory"
    ADD CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId");

ALTER TABLE ONLY public.chat_members
    ADD CONSTRAINT chat_members_pkey PRIMARY KEY (chat_id, user_id);

ALTER TABLE ONLY public.chat_messages
    ADD CONSTRAINT chat_messages_pkey PRIMARY KEY (chat_id, seq);

ALTER TABLE ONLY public.chats
    ADD CONSTRAINT chats_pkey PRIMARY KEY (chat_id);

ALTER TABLE ONLY public.database_info
    ADD CONSTRAINT database_info_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.link_tokens
    ADD CONSTRAINT link_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_pkey PRIMARY KEY (node_id);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY public.user_sessions
    ADD CONSTRAINT user_sessions_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY public.users_online
    ADD CONSTRAINT users_online_pkey PRIMARY KEY (node_id, connection_id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (user_id);

CREATE INDEX ix_chat_members_user_id ON public.chat_members USING btree (user_id);

CREATE INDEX ix_chat_messages_chat_id_rev ON public.chat_messages USING btree (chat_id, rev);

CREATE INDEX ix_link_tokens_created_at ON public.link_tokens USING btree (created_at);

CREATE INDEX ix_link_tokens_user_id ON public.link_tokens USING btree (user_id);

CREATE INDEX ix_refresh_tokens_session_id_generation ON public.refresh_tokens USING btree (session_id, generation);

CREATE INDEX ix_user_sessions_revoked_at ON public.user_sessions USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);

CREATE INDEX ix_user_sessions_user_id ON public.user_sessions USING btree (user_id);

CREATE INDEX ix_users_online_user_id ON public.users_online USING btree (user_id);

CREATE UNIQUE INDEX ux_chat_messages_sender_id_message_id ON public.chat_messages USING btree (sender_id, message_id);

CREATE UNIQUE INDEX ux_chats_direct ON public.chats USING btree (direct_low, direct_high) WHERE (direct_low IS NOT NULL);

ALTER TABLE ONLY public.chat_members
    ADD CONSTRAINT chat_members_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(chat_id);

ALTER TABLE ONLY public.chat_members
    ADD CONSTRAINT chat_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id);

ALTER TABLE ONLY public.link_tokens
    ADD CONSTRAINT link_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.user_sessions(session_id);

ALTER TABLE ONLY public.link_tokens
    ADD CONSTRAINT link_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.user_sessions(session_id);

ALTER TABLE ONLY public.user_sessions
    ADD CONSTRAINT user_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id);

ALTER TABLE ONLY public.users_online
    ADD CONSTRAINT users_online_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id);

