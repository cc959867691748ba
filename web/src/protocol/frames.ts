import type { Chat, Limits, Message, PresenceEntry, User } from './entities';

/** Frames that this client sends. */
export type ClientFrame =
  | { type: 'HELLO'; token: string; client?: string }
  | { type: 'OPEN_CHAT'; user_id: string; ref?: string }
  | { type: 'MSG'; chat_id: string; message_id: string; content: string }
  | { type: 'MSG'; to: string; message_id: string; content: string }
  | { type: 'READ'; chat_id: string; seq: number; ref?: string }
  | { type: 'DELIVERED'; chat_id: string; seq: number; ref?: string }
  | { type: 'TYPING'; chat_id: string; is_typing: boolean }
  | { type: 'STATUS'; status: 'online' | 'away' }
  | { type: 'WATCH'; user_ids: string[] }
  | { type: 'PING'; ref?: string };

export interface HelloAckFrame {
  type: 'HELLO_ACK';
  user: User;
  session_id: string;
  epoch: string;
  server_time: string;
  heartbeat_ms: number;
  limits: Limits;
}

export interface PresenceFrame {
  type: 'PRESENCE';
  full: boolean;
  complete: boolean;
  users: PresenceEntry[];
  online_count: number;
}

export interface MessageAckFrame {
  type: 'MSG_ACK';
  chat_id: string;
  message_id: string;
  seq: number;
  rev: number;
  sent_at: string;
  duplicate: boolean;
}

export interface PositionFrame {
  type: 'READ' | 'DELIVERED';
  chat_id: string;
  user_id: string;
  seq: number;
}

export interface TypingFrame {
  type: 'TYPING';
  chat_id: string;
  user_id: string;
  is_typing: boolean;
}

export interface ErrorFrame {
  type: 'ERROR';
  code: string;
  message: string;
  ref?: string;
  message_id?: string;
  retry_after_ms?: number;
}

export type MessageFrame = { type: 'MSG' } & Message;

/** Frames that the server sends. */
export type ServerFrame =
  | HelloAckFrame
  | PresenceFrame
  | { type: 'CHAT_OPENED'; chat: Chat; ref?: string }
  | MessageFrame
  | MessageAckFrame
  | PositionFrame
  | TypingFrame
  | { type: 'BLOCKS'; user_ids: string[] }
  | { type: 'RECONNECT'; after_ms: number; reason: string }
  | { type: 'PONG'; server_time: string }
  | ErrorFrame;
