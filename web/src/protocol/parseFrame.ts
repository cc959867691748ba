import type { ServerFrame } from './frames';
import { readChat, readLimits, readMessage, readPresenceEntry, readUser } from './readEntities';
import { MalformedError, Reader } from './reader';

type FrameType = ServerFrame['type'];

const position =
  <T extends 'READ' | 'DELIVERED'>(type: T) =>
  (from: Reader) => ({ type, chat_id: from.text('chat_id'), user_id: from.text('user_id'), seq: from.number('seq') });

const readers: Record<FrameType, (from: Reader) => ServerFrame> = {
  HELLO_ACK: (from) => ({
    type: 'HELLO_ACK',
    user: from.object('user', readUser),
    session_id: from.text('session_id'),
    epoch: from.text('epoch'),
    server_time: from.text('server_time'),
    heartbeat_ms: from.number('heartbeat_ms'),
    limits: from.object('limits', readLimits),
  }),
  PRESENCE: (from) => ({
    type: 'PRESENCE',
    full: from.flag('full'),
    complete: from.flag('complete'),
    users: from.list('users', readPresenceEntry),
    online_count: from.number('online_count'),
  }),
  CHAT_OPENED: (from) => ({ type: 'CHAT_OPENED', chat: from.object('chat', readChat), ...from.optionalText('ref') }),
  MSG: (from) => ({ type: 'MSG', ...readMessage(from) }),
  MSG_ACK: (from) => ({
    type: 'MSG_ACK',
    chat_id: from.text('chat_id'),
    message_id: from.text('message_id'),
    seq: from.number('seq'),
    rev: from.number('rev'),
    sent_at: from.text('sent_at'),
    duplicate: from.flag('duplicate'),
  }),
  READ: position('READ'),
  DELIVERED: position('DELIVERED'),
  TYPING: (from) => ({
    type: 'TYPING',
    chat_id: from.text('chat_id'),
    user_id: from.text('user_id'),
    is_typing: from.flag('is_typing'),
  }),
  BLOCKS: (from) => ({ type: 'BLOCKS', user_ids: from.texts('user_ids') }),
  RECONNECT: (from) => ({ type: 'RECONNECT', after_ms: from.number('after_ms'), reason: from.textOrNull('reason') ?? '' }),
  PONG: (from) => ({ type: 'PONG', server_time: from.text('server_time') }),
  ERROR: (from) => ({
    type: 'ERROR',
    code: from.text('code'),
    message: from.textOrNull('message') ?? '',
    ...from.optionalText('ref'),
    ...from.optionalText('message_id'),
    ...from.optionalNumber('retry_after_ms'),
  }),
};

const isKnown = (type: string): type is FrameType => Object.hasOwn(readers, type);

/**
 * Reads one text frame of the server.
 * A type of a later contract gives null (to be ignored), a frame that breaks the contract throws `MalformedError`.
 */
export function parseFrame(text: string): ServerFrame | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedError('frame: JSON');
  }
  const from = Reader.of(value);
  const type = from.text('type');
  return isKnown(type) ? readers[type](from) : null;
}
