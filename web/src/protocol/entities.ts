/** The nouns of the wire contract, as they stand in frames and REST answers. Times are RFC 3339 UTC strings. */

export type UserKind = 'guest' | 'member' | 'bot';
export type PresenceStatus = 'online' | 'away' | 'offline';

export interface User {
  user_id: string;
  display_name: string;
  kind: UserKind;
}

export interface PresenceEntry {
  user_id: string;
  display_name: string;
  status: PresenceStatus;
  last_seen: string | null;
}

export interface Message {
  chat_id: string;
  message_id: string;
  /** Place in the chat: 1, 2, 3 … without holes. */
  seq: number;
  /** Revision of the chat at this message's last change. */
  rev: number;
  sender_id: string;
  /** Empty where the message is hidden. */
  content: string;
  sent_at: string;
  edited_at?: string;
  deleted_at?: string;
  /** Its sender was blocked when it came: it has its place and no content, for ever. */
  hidden?: true;
}

export interface Member {
  user_id: string;
  display_name: string;
  delivered_seq: number;
  read_seq: number;
}

export interface Chat {
  chat_id: string;
  kind: string;
  members: Member[];
  last_seq: number;
  rev: number;
  last_message: Message | null;
  unread: number;
  updated_at: string;
}

/** One browser, device or program in which the user is signed in. */
export interface Session {
  session_id: string;
  created_at: string;
  /** Exact to about a minute. */
  last_seen: string;
  /** What the client calls itself; may be empty. */
  client: string;
  /** Whether it is the one that asks. */
  current: boolean;
}

/** Somebody whom the user does not want to hear from. */
export interface Block {
  user_id: string;
  display_name: string;
  blocked_at: string;
}

/** What the server allows; 0 means no limit. Lengths are Unicode scalar values, sizes bytes. */
export interface Limits {
  frame_bytes: number;
  message_length: number;
  messages_per_minute: number;
  typing_per_second: number;
  frames_per_second: number;
  page: number;
  page_max: number;
}
