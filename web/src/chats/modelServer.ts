import type { ChatsApi, SyncRequest } from '../gateway/api';
import { ApiError } from '../gateway/http';
import type { SyncAnswer } from '../protocol/answers';
import type { Chat, Message } from '../protocol/entities';
import type { ClientFrame, ServerFrame } from '../protocol/frames';
import { amy, chatId, me } from './testing';

export type Random = () => number;

/** A seeded random number generator (mulberry32), in [0, 1). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A connection of a tab: what the server sends comes after a while, in order, unless the connection ended before. */
export interface ModelConnection {
  isOpen: boolean;
  deliver(frame: ServerFrame): void;
  close(): void;
}

/** Chances, 0 to 1, of what goes wrong. */
export interface Faults {
  /** The frame never arrives, and the connection ends. */
  lostRequest: number;
  /** The message is stored, the ack never comes, and the connection ends. */
  lostAck: number;
  /** The ack is not sent although the connection lives: against the contract, and survived. */
  silentAck: number;
  limited: number;
  unavailable: number;
  /** Stored, and nobody knows: the client is told to send again. */
  unknownOutcome: number;
  lostLive: number;
  failedCall: number;
}

export const calm: Faults = {
  lostRequest: 0,
  lostAck: 0,
  silentAck: 0,
  limited: 0,
  unavailable: 0,
  unknownOutcome: 0,
  lostLive: 0,
  failedCall: 0,
};

const changesPage = 4;
const syncPage = 6;
const page = 5;

/** What the contract promises, in memory and small: one direct chat between two people, pages of a few messages. */
export class ModelServer {
  epoch = 'epoch-0';
  messages: Message[] = [];
  faults: Faults = calm;
  readonly connections = new Set<ModelConnection>();
  /** Messages that some tab knows to be stored: by an ack, by the message itself, or by an answer that has it. */
  readonly told = new Set<string>();
  private opened = false;
  private backup: Message[] | null = null;
  private epochs = 0;

  constructor(private readonly random: Random) {}

  private chance = (probability: number): boolean => this.random() < probability;

  get rev(): number {
    return this.messages.length;
  }

  /** Takes in a frame of a tab; false when the connection ended over it. */
  take(frame: ClientFrame, from: ModelConnection): void {
    if (frame.type !== 'MSG') return;
    if (this.chance(this.faults.lostRequest)) return from.close();
    const refuse = (code: string, retry_after_ms?: number): void =>
      from.deliver({
        type: 'ERROR',
        code,
        message: '',
        message_id: frame.message_id,
        ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
      });
    if (frame.content.startsWith('bad')) return refuse('VALIDATION');
    if (this.chance(this.faults.limited)) return refuse('RATE_LIMITED', Math.ceil(this.random() * 800));
    if (this.chance(this.faults.unavailable)) return refuse('UNAVAILABLE', 300);
    if ('chat_id' in frame && !this.opened) return refuse('CHAT_NOT_FOUND');
    const known = this.messages.find((one) => one.message_id === frame.message_id);
    const message = known ?? this.store(frame.message_id, me, frame.content, from);
    if (this.chance(this.faults.unknownOutcome)) return refuse('UNAVAILABLE');
    if (this.chance(this.faults.lostAck)) return from.close();
    if (this.chance(this.faults.silentAck)) return;
    const { chat_id, message_id, seq, rev, sent_at } = message;
    from.deliver({ type: 'MSG_ACK', chat_id, message_id, seq, rev, sent_at, duplicate: known !== undefined });
  }

  /** Stores a message and tells all connections but the one that sent it. */
  store(message_id: string, sender_id: string, content: string, from: ModelConnection | null): Message {
    const seq = this.messages.length + 1;
    const sent_at = new Date(Date.now()).toISOString();
    const message: Message = { chat_id: chatId, message_id, seq, rev: seq, sender_id, content, sent_at };
    this.opened = true;
    this.messages = [...this.messages, message];
    for (const connection of this.connections)
      if (connection !== from && !this.chance(this.faults.lostLive)) connection.deliver({ type: 'MSG', ...message });
    return message;
  }

  disconnectAll(): void {
    for (const connection of [...this.connections]) connection.close();
  }

  makeBackup(): void {
    this.backup = this.messages;
  }

  /** Brings the backup back as another history. Gives what is lost by that. */
  restore(): Message[] {
    if (!this.backup) return [];
    const lost = this.messages.slice(this.backup.length);
    this.messages = this.backup;
    this.opened = this.messages.length > 0;
    this.epoch = `epoch-${++this.epochs}`;
    this.disconnectAll();
    return lost;
  }

  /** The REST calls of one tab. */
  api(isReachable: () => boolean): ChatsApi {
    const call = async <T>(answer: () => T): Promise<T> => {
      await wait(this.random() * 200);
      if (!isReachable() || this.chance(this.faults.failedCall)) throw new ApiError(0, 'NETWORK', '', 0);
      // Taken now, and arriving later: what happens between the two overtakes it.
      const value = answer();
      await wait(this.random() * 400);
      for (const [id] of JSON.stringify(value).matchAll(/(?<="message_id":")[^"]*/g)) this.told.add(id);
      return value;
    };
    const needsChat = <T>(answer: () => T) =>
      call(() => {
        if (!this.opened) throw new ApiError(404, 'CHAT_NOT_FOUND', '', 0);
        return answer();
      });
    const never = (): Promise<never> => Promise.reject(new ApiError(404, 'NOT_FOUND', '', 0));
    return {
      openChat: never,
      chat: () => needsChat(() => this.chat()),
      messages: (_, before = Infinity) =>
        needsChat(() => {
          const found = this.messages.filter((one) => one.seq < before);
          return { messages: found.slice(-page), more: found.length > page };
        }),
      changes: (_, after) =>
        needsChat(() => {
          const found = this.messages.filter((one) => one.rev > after);
          return { messages: found.slice(0, changesPage), rev: this.rev, more: found.length > changesPage };
        }),
      sync: (body) => call(() => this.sync(body)),
    };
  }

  private sync({ epoch, revs }: SyncRequest): SyncAnswer {
    const reset = epoch !== null && epoch !== this.epoch;
    const known = reset ? 0 : (revs[chatId] ?? 0);
    const fresh = this.messages.filter((one) => one.rev > known);
    const complete = known <= this.rev && fresh.length <= syncPage;
    const messages = complete ? fresh : this.messages.slice(-page);
    return {
      epoch: this.epoch,
      reset,
      chats: this.opened ? [{ chat: this.chat(), messages, complete }] : [],
      removed: !this.opened && chatId in revs && !reset ? [chatId] : [],
      more: false,
      next_cursor: null,
    };
  }

  private chat(): Chat {
    const last_message = this.messages.at(-1) ?? null;
    const positions = { delivered_seq: 0, read_seq: 0 };
    return {
      chat_id: chatId,
      kind: 'direct',
      members: [
        { user_id: me, display_name: 'Quiet Otter', ...positions },
        { user_id: amy, display_name: 'Amber Finch', ...positions },
      ],
      last_seq: this.rev,
      rev: this.rev,
      last_message,
      unread: 0,
      updated_at: last_message?.sent_at ?? new Date(0).toISOString(),
    };
  }
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
