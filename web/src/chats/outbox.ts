import type { ClientFrame, ErrorFrame } from '../protocol/frames';
import { isTransient } from '../protocol/errorCodes';
import { newId } from '../shared/ids';
import { directChatWith, useChats, type ChatsState, type OutboxItem, type StoredAt } from './chatStore';
import { emptyTimeline } from './timeline';

/** Where outbox items are kept, and who else may be sending them. */
export interface OutboxWorld {
  send(frame: ClientFrame): boolean;
  save(item: OutboxItem): void;
  /** Takes an item from where it is kept; other tabs go on showing it until they have what is `stored`. */
  forget(messageId: string, stored?: StoredAt): void;
  /** Whether the tab that owns an item still lives. */
  isAlive(tab: string): Promise<boolean>;
  /** This tab. */
  tab: string;
  now(): number;
}

/** Without an answer for so long, the message is sent again with the same id (the server answers within 5 s or closes). */
const answerMs = 8000;
const defaultPauseMs = 2000;
/** How often is looked whether the tabs still live whose messages wait. */
const orphansMs = 5000;

/** Two items of one conversation never overtake each other: one is sent, the next waits for its answer. */
const laneOf = (state: ChatsState, item: OutboxItem): string =>
  'chat_id' in item.target ? item.target.chat_id : (directChatWith(state, item.target.to)?.chat_id ?? item.target.to);

/** Whether the timeline has all that is stored up to there: the message stands in it, or in the history before it. */
const holds = ({ timelines }: ChatsState, { chat_id, rev }: StoredAt): boolean => {
  const { loaded, rev: known } = timelines[chat_id] ?? emptyTimeline;
  return loaded && known >= rev;
};

/** Keeps one's own messages until the server answered each (CL4). */
export class Outbox {
  private readonly inFlight = new Map<string, ReturnType<typeof setTimeout>>();
  private pause: ReturnType<typeof setTimeout> | undefined;
  private orphans: ReturnType<typeof setTimeout> | undefined;
  private live = false;

  constructor(private readonly world: OutboxWorld) {}

  /** Takes a written message: it is shown at once and sent as soon as that is possible. */
  add(target: OutboxItem['target'], content: string): void {
    const { outbox } = useChats.getState();
    const now = this.world.now();
    const order = Math.max(now, (outbox.at(-1)?.order ?? 0) + 1);
    const item = { message_id: newId(), target, content, created_at: new Date(now).toISOString(), order, owner: this.world.tab };
    this.put(item);
    this.flush();
  }

  /** Takes in what another tab put into its outbox: it sends that, for as long as it lives. */
  follow(item: OutboxItem): void {
    useChats.setState((state) => ({ outbox: withItem(state.outbox, item) }));
    this.flush();
  }

  /** Sends a refused message again; with a new id, for the server remembers the refused one only if it stored it. */
  retry(messageId: string): void {
    const item = useChats.getState().outbox.find((one) => one.message_id === messageId);
    if (!item) return;
    const { failed, ...again } = item;
    const needsNewId = failed === 'CONFLICT';
    if (needsNewId) this.remove(messageId);
    this.put({ ...again, owner: this.world.tab, ...(needsNewId ? { message_id: newId() } : {}) });
    this.flush();
  }

  /** Takes an item out that the person gave up. */
  remove(messageId: string): void {
    this.drop(new Map([[messageId, undefined]]));
  }

  /** The server has a message. Where a gap has to be fetched first, it stays in view until the timeline holds it. */
  stored(messageId: string, { chat_id, rev }: StoredAt): void {
    this.landed(messageId);
    const state = useChats.getState();
    const item = state.outbox.find((one) => one.message_id === messageId);
    if (!item) return;
    const stored = { chat_id, rev };
    if (holds(state, stored)) return this.drop(new Map([[messageId, stored]]));
    const marked: OutboxItem = { ...item, stored };
    delete marked.failed;
    useChats.setState({ outbox: withItem(state.outbox, marked) });
    this.flush();
  }

  /** Lets go of what a chat's timeline holds by now, also of messages whose answer was lost. */
  settle(chatId: string): void {
    const state = useChats.getState();
    if (state.outbox.length === 0) return;
    const found = new Map<string, StoredAt>();
    for (const { message_id, stored } of state.outbox)
      if (stored?.chat_id === chatId && holds(state, stored)) found.set(message_id, stored);
    const waiting = new Set(state.outbox.map((item) => item.message_id));
    for (const { message_id, chat_id, rev } of state.timelines[chatId]?.messages ?? [])
      if (waiting.has(message_id)) found.set(message_id, { chat_id, rev });
    this.drop(found);
  }

  /** A sync was completed: what was stored above its heads was in a history that is void, and is sent anew. */
  synced(): void {
    for (const chatId of Object.keys(useChats.getState().timelines)) this.settle(chatId);
    const { chats, outbox } = useChats.getState();
    for (const { stored, ...item } of outbox) {
      const isVoid = stored && (chats[stored.chat_id]?.rev ?? 0) < stored.rev;
      if (isVoid && item.owner === this.world.tab) this.put(item);
    }
    this.flush();
  }

  /** The server refused a message, or asks for patience. */
  refuse(frame: ErrorFrame): void {
    const item = useChats.getState().outbox.find((one) => one.message_id === frame.message_id);
    if (!item) return;
    this.landed(item.message_id);
    if (isTransient(frame.code)) return this.waitFor(frame.retry_after_ms ?? defaultPauseMs);
    if (!item.stored) this.put({ ...item, failed: frame.code });
    this.flush();
  }

  /** The connection is live: what was in flight on the old one is sent again, and what closed tabs left is adopted. */
  async connected(): Promise<void> {
    this.disconnected();
    this.live = true;
    this.flush();
    await this.adoptOrphans();
    this.flush();
  }

  disconnected(): void {
    this.live = false;
    clearTimeout(this.pause);
    clearTimeout(this.orphans);
    this.pause = this.orphans = undefined;
    for (const messageId of [...this.inFlight.keys()]) this.landed(messageId);
  }

  private flush(): void {
    if (!this.live || this.pause) return;
    const state = useChats.getState();
    if (state.outbox.some((item) => !item.failed && !item.stored && item.owner !== this.world.tab)) this.watchOwners();
    const busy = new Set<string>();
    for (const item of state.outbox) {
      const lane = laneOf(state, item);
      if (item.failed || item.stored || busy.has(lane)) continue;
      // Whoever owns it, an earlier message of the conversation goes first.
      busy.add(lane);
      if (item.owner === this.world.tab && !this.inFlight.has(item.message_id)) this.transmit(item);
    }
  }

  private transmit(item: OutboxItem): void {
    if (!this.world.send({ type: 'MSG', ...item.target, message_id: item.message_id, content: item.content })) return;
    this.inFlight.set(
      item.message_id,
      setTimeout(() => {
        this.landed(item.message_id);
        this.flush();
      }, answerMs),
    );
  }

  private drop(gone: ReadonlyMap<string, StoredAt | undefined>): void {
    for (const messageId of gone.keys()) this.landed(messageId);
    const { outbox } = useChats.getState();
    const known = outbox.filter((item) => gone.has(item.message_id));
    if (known.length === 0) return;
    useChats.setState({ outbox: outbox.filter((item) => !gone.has(item.message_id)) });
    for (const { message_id } of known) this.world.forget(message_id, gone.get(message_id));
    this.flush();
  }

  private landed(messageId: string): void {
    clearTimeout(this.inFlight.get(messageId));
    this.inFlight.delete(messageId);
  }

  private waitFor(ms: number): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.flush();
    }, ms);
  }

  private put(item: OutboxItem): void {
    useChats.setState((state) => ({ outbox: withItem(state.outbox, item) }));
    this.world.save(item);
  }

  /** A tab can be closed while its message waits, and would keep the conversation waiting in all others. */
  private watchOwners(): void {
    this.orphans ??= setTimeout(() => {
      void this.adoptOrphans().finally(() => {
        this.orphans = undefined;
        this.flush();
      });
    }, orphansMs);
  }

  private async adoptOrphans(): Promise<void> {
    const owners = new Set(useChats.getState().outbox.map((item) => item.owner));
    for (const owner of owners) {
      if (owner === this.world.tab || (await this.world.isAlive(owner))) continue;
      for (const item of useChats.getState().outbox) if (item.owner === owner) this.put({ ...item, owner: this.world.tab });
    }
  }
}

/** The outbox with an item put in at its place. */
export const withItem = (outbox: readonly OutboxItem[], item: OutboxItem): OutboxItem[] =>
  [...outbox.filter((one) => one.message_id !== item.message_id), item].sort(
    (a, b) => a.order - b.order || a.message_id.localeCompare(b.message_id),
  );
