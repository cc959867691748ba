import type { ClientFrame } from '../protocol/frames';
import { advance } from './changes';
import { memberOf, useChats } from './chatStore';

const gatherMs = 120;
/** Frames a turn and the pause between turns keep a burst of many chats far below the frame limit. */
const framesATurn = 8;
const turnMs = 1000;

/** Tells the server how far messages were delivered here and read, gathered, and again after a reconnect. */
export class Positions {
  private readonly due = new Map<string, 'READ' | 'DELIVERED'>();
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
    else if (chat.last_seq > server.delivered) {
      this.delivered(chatId);
      this.plan(chatId, 'DELIVERED');
    }
  }

  private move(chatId: string, what: 'READ' | 'DELIVERED'): void {
    const { chats, ownId } = useChats.getState();
    const chat = chats[chatId];
    if (!chat) return;
    const moved = advance(chat, ownId, what === 'READ' ? { read: chat.last_seq } : { delivered: chat.last_seq });
    if (moved === chat) return;
    useChats.setState({ chats: { ...chats, [chatId]: moved } });
    this.plan(chatId, what);
  }

  private plan(chatId: string, what: 'READ' | 'DELIVERED'): void {
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
      // Not sent means not connected: the sync after the next connection compares again.
      if (own) this.send({ type: what, chat_id: chatId, seq: what === 'READ' ? own.read_seq : own.delivered_seq });
    }
    if (this.due.size > 0) this.timer = setTimeout(this.flush, turnMs);
  };
}
