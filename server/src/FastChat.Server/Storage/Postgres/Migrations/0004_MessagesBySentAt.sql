-- Every node looks every 3 s for chats with messages of the last seconds (CL5). Times only grow, so each new entry goes to the index's
-- right edge.
CREATE INDEX ix_chat_messages_sent_at ON chat_messages (sent_at);
