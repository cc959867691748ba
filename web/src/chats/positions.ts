import type { ClientFrame, ErrorFrame } from '../protocol/frames';
import { advance } from './changes';
import { memberOf, useChats } from './chatStore';
import { lastShownSeq } from './hidden';

const gatherMs = 120;
/** Frames a turn and the pause between turns keep a burst of many chats far below the frame limit. */
const framesATurn = 8;
const turnMs = 1000;
const defaultPauseMs = 2000;
/** Refusals that say nothing about the position itself. */
const passing = new Set(['RATE_LIMITED', 'UNAVAILABLE']);

type Move = 'READ' | 'DELIVERED';

/** Names a frame, so that the refusal of it tells what has to be said again. */
const refOf = (chatId: string, what: Move): string => `${what} ${chatId}`;

/** Tells the server how far messages were delivered here and read, gathered, and again after a reconnect. */
export class Positions {
  private readonly due = new Map<string, Move>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (frame: ClientFrame) => boolean) {}

  /** All of a chat has arrived here. */
  delivered(chatId: string): void {
    this.move(chatId, 'DELIVERED');
  }

  /** All of a chat was read. */
  read(chatId: string): void {
    this.move(chatId, 'READ');
  }

  /** After a sync: says again what the server did not hear, and delivers what arrived. */
  compare(chatId: string, server: { read: number; delivered: number }): void {
    const { chats, ownId } = useChats.getState();
    const chat = chats[chatId];
    const own = chat && memberOf(chat, ownId);
    if (!own) return;
    if (own.read_seq > server.read) this.plan(chatId, 'READ');
    else if (lastShownSeq(useChats.getState(), chat) > server.delivered) {
      this.delivered(chatId);
      this.plan(chatId, 'DELIVERED');
    }
  }

  /** The new connection has limits of its own: what a refusal made wait goes now. */
  connected(): void {
    clearTimeout(this.timer);
    this.timer = this.due.size > 0 ? setTimeout(this.flush, gatherMs) : undefined;
  }

  /** The server could not take a position now: says the one that is the latest by then, after the time it asks for. */
  refuse(frame: ErrorFrame): void {
    const [what, chatId] = frame.ref?.split(' ') ?? [];
    if ((what !== 'READ' && what !== 'DELIVERED') || !chatId || !passing.has(frame.code)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.flush, Math.max(gatherMs, frame.retry_after_ms ?? defaultPauseMs));
    this.plan(chatId, what);
  }

  private move(chatId: string, what: Move): void {
    const state = useChats.getState();
    const { chats, ownId } = state;
    const chat = chats[chatId];
    if (!chat) return;
    // What is hidden at the end was neither delivered nor read.
    const seq = lastShownSeq(state, chat);
    const moved = advance(chat, ownId, what === 'READ' ? { read: seq } : { delivered: seq });
    if (moved === chat) return;
    useChats.setState({ chats: { ...chats, [chatId]: moved } });
    this.plan(chatId, what);
  }

  private plan(chatId: string, what: Move): void {
    // Reading also delivers, so a READ that waits covers both.
    if (this.due.get(chatId) !== 'READ') this.due.set(chatId, what);
    this.timer ??= setTimeout(this.flush, gatherMs);
  }

  private flush = (): void => {
    this.timer = undefined;
    const { chats, ownId } = useChats.getState();
    for (const [chatId, what] of [...this.due].slice(0, framesATurn)) {
      this.due.delete(chatId);
      const own = chats[chatId] && memberOf(chats[chatId], ownId);
      if (!own) continue;
      const seq = what === 'READ' ? own.read_seq : own.delivered_seq;
      // Not sent means not connected: the sync after the next connection compares again.
      this.send({ type: what, chat_id: chatId, seq, ref: refOf(chatId, what) });
    }
    if (this.due.size > 0) this.timer = setTimeout(this.flush, turnMs);
  };
}
