import type { Block, Chat, Limits, Member, Message, PresenceEntry, Session, User } from './entities';
import type { Reader } from './reader';

export const readUser = (from: Reader): User => ({
  user_id: from.text('user_id'),
  display_name: from.text('display_name'),
  kind: from.word('kind', ['guest', 'member', 'bot'], 'member'),
});

export const readPresenceEntry = (from: Reader): PresenceEntry => ({
  user_id: from.text('user_id'),
  display_name: from.text('display_name'),
  status: from.word('status', ['online', 'away', 'offline'], 'online'),
  last_seen: from.textOrNull('last_seen'),
});

export const readMessage = (from: Reader): Message => ({
  chat_id: from.text('chat_id'),
  message_id: from.text('message_id'),
  seq: from.number('seq'),
  rev: from.number('rev'),
  sender_id: from.text('sender_id'),
  content: from.textOrNull('content') ?? '',
  sent_at: from.text('sent_at'),
  ...from.optionalText('edited_at'),
  ...from.optionalText('deleted_at'),
  ...from.optionalFlag('hidden'),
});

export const readSession = (from: Reader): Session => ({
  session_id: from.text('session_id'),
  created_at: from.text('created_at'),
  last_seen: from.text('last_seen'),
  client: from.textOrNull('client') ?? '',
  current: from.flag('current'),
});

export const readBlock = (from: Reader): Block => ({
  user_id: from.text('user_id'),
  display_name: from.text('display_name'),
  blocked_at: from.text('blocked_at'),
});

const readMember = (from: Reader): Member => ({
  user_id: from.text('user_id'),
  display_name: from.text('display_name'),
  delivered_seq: from.number('delivered_seq'),
  read_seq: from.number('read_seq'),
});

export const readChat = (from: Reader): Chat => ({
  chat_id: from.text('chat_id'),
  kind: from.text('kind'),
  members: from.list('members', readMember),
  last_seq: from.number('last_seq'),
  rev: from.number('rev'),
  last_message: from.objectOrNull('last_message', readMessage),
  unread: from.number('unread'),
  updated_at: from.text('updated_at'),
});

export const readLimits = (from: Reader): Limits => ({
  frame_bytes: from.number('frame_bytes'),
  message_length: from.number('message_length'),
  messages_per_minute: from.number('messages_per_minute'),
  typing_per_second: from.number('typing_per_second'),
  frames_per_second: from.number('frames_per_second'),
  page: from.number('page'),
  page_max: from.number('page_max'),
});
