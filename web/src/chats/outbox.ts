import type { ClientFrame, ErrorFrame } from '../protocol/frames';
import { isTransient } from '../protocol/errorCodes';
import { newId } from '../shared/ids';
import { useChats, type OutboxItem, type StoredAt } from './chatStore';
import { conversationOf, fits, holds, isWaiting, Tombstones, withItem, withoutItems } from './outboxItems';
import { nobody, Orphans, type Claim } from './orphans';

/** Where outbox items are kept, and who else may be sending them. */
export interface OutboxWorld {
  send(frame: ClientFrame): boolean;
  save(item: OutboxItem): void;
  /** Takes an item from where it is kept; other tabs go on showing it until they have what is `stored`. */
  forget(messageId: string, stored?: StoredAt): void;
  /** Whether a tab lives and has a connection to send its items; where nothing is kept, whether it lives. */
  isSending(tab: string): Promise<boolean>;
  /** Whether other tabs find here what is saved, and one of them can take it over before this tab ends. */
  isShared(): boolean;
  /** Takes an item over from its owner; of several tabs that try, one succeeds. */
  claim(messageId: string, from: string): Promise<Claim>;
  /** No answer came in the time that the server promises: the connection may be dead. */
  suspect(): void;
  /** The largest frame in bytes that the server takes, 0 for any. */
  frameBytes(): number;
  /** This tab. */
  tab: string;
  now(): number;
}

/** Without an answer for so long, the message is sent again with the same id (the server answers within 5 s or closes). */
const answerMs = 6000;
/** Between these two, drawn by chance: many clients that were refused together do not come back together. */
const pauseMs = { least: 1000, most: 3000 };
/** So many bugs of the server on one message, and it is shown as refused instead of holding up the conversation for ever. */
const bugsAllowed = 4;

/** Keeps one's own messages until the server answered each (CL4). */
export class Outbox {
  private readonly inFlight = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly bugs = new Map<string, number>();
  private readonly gone = new Tombstones();
  private readonly orphans: Orphans;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private live = false;

  constructor(private readonly world: OutboxWorld) {
    this.orphans = new Orphans(world, (item) => this.takeOver(item));
  }

  /** Takes in what earlier visits and other tabs kept, unless news came meanwhile that it is done with. */
  load(items: readonly OutboxItem[]): void {
    useChats.setState(({ outbox }) => {
      const known = new Set(outbox.map((item) => item.message_id));
      const added = items.filter(({ message_id }) => !known.has(message_id) && !this.gone.has(message_id));
      return { outbox: added.reduce(withItem, outbox) };
    });
    this.flush();
  }

  /** Takes a written message: it is shown at once and sent as soon as that is possible. */
  add(target: OutboxItem['target'], content: string, name?: string): void {
    const { outbox } = useChats.getState();
    const now = this.world.now();
    const order = Math.max(now, (outbox.at(-1)?.order ?? 0) + 1);
    const written = { content, created_at: new Date(now).toISOString(), ...(name === undefined ? {} : { name }) };
    this.put({ message_id: newId(), target, ...written, order, owner: this.nextOwner() });
    this.flush();
  }

  /** Takes in what another tab put into its outbox: it sends that, for as long as it lives and is connected. */
  follow(item: OutboxItem): void {
    if (this.gone.has(item.message_id)) return;
    const mine = find(item.message_id);
    const isClash =
      this.live && mine?.owner === this.world.tab && isWaiting(mine) && isWaiting(item) && item.owner !== this.world.tab;
    // Both took it, as can happen where nothing is kept: the lower name sends, and says so.
    if (isClash && this.world.tab < item.owner) return this.world.save(mine);
    if (item.owner !== this.world.tab) this.landed(item.message_id);
    const { stored } = mine ?? {};
    useChats.setState((state) => ({ outbox: withItem(state.outbox, stored ? { ...item, stored } : item) }));
    this.flush();
  }

  /** Sends a refused message again; with a new id, for the server remembers the refused one only if it stored it. */
  retry(messageId: string): void {
    const item = find(messageId);
    if (!item) return;
    const { failed, ...again } = item;
    const needsNewId = failed === 'CONFLICT';
    if (needsNewId) this.remove(messageId);
    this.bugs.delete(messageId);
    this.put({ ...again, owner: this.nextOwner(), ...(needsNewId ? { message_id: newId() } : {}) });
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
    const item = find(messageId);
    const stored = { chat_id, rev };
    if (!item || holds(state, stored)) return this.drop(new Map([[messageId, stored]]));
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

  /** The database has another history (CL3): nobody knows whether it has what the old one had stored. All is sent again. */
  historyChanged(): void {
    this.takeBack(() => true);
  }

  /** A sync was completed: what was stored above its heads was in a history that is void, and is sent anew. */
  synced(): void {
    for (const chatId of Object.keys(useChats.getState().timelines)) this.settle(chatId);
    const { chats } = useChats.getState();
    this.takeBack(({ chat_id, rev }) => (chats[chat_id]?.rev ?? 0) < rev);
    this.flush();
  }

  /** The server refused a message, or asks for patience. */
  refuse(frame: ErrorFrame): void {
    const item = find(frame.message_id);
    if (!item) return;
    this.landed(item.message_id);
    const bugs = (this.bugs.get(item.message_id) ?? 0) + (frame.code === 'INTERNAL_ERROR' ? 1 : 0);
    this.bugs.set(item.message_id, bugs);
    if (isTransient(frame.code) && bugs < bugsAllowed) return this.waitFor(frame.retry_after_ms);
    if (!item.stored) this.put({ ...item, failed: frame.code });
    this.flush();
  }

  /** The connection is live: what was in flight on the old one is sent again, and what nobody sends is taken over. */
  async connected(): Promise<void> {
    this.disconnected();
    this.live = true;
    this.flush();
    await this.orphans.adopt();
  }

  disconnected(): void {
    this.live = false;
    clearTimeout(this.pause);
    this.pause = undefined;
    this.orphans.rest();
    for (const messageId of [...this.inFlight.keys()]) this.landed(messageId);
  }

  /** What is written without a connection belongs to whichever tab has one first, if all can see all that waits. */
  private nextOwner = (): string => (this.live || !this.world.isShared() ? this.world.tab : nobody);

  private flush(): void {
    if (!this.live || this.pause) return;
    const state = useChats.getState();
    if (state.outbox.some((item) => isWaiting(item) && item.owner !== this.world.tab)) this.orphans.watch();
    const busy = new Set<string>();
    for (const item of state.outbox) {
      const conversation = conversationOf(state, item);
      if (!isWaiting(item) || busy.has(conversation)) continue;
      // Whoever owns it, an earlier message of the conversation goes first: two of one conversation never overtake each other.
      busy.add(conversation);
      if (item.owner === this.world.tab && !this.inFlight.has(item.message_id)) this.transmit(item);
    }
  }

  private transmit(item: OutboxItem): void {
    const frame: ClientFrame = { type: 'MSG', ...item.target, message_id: item.message_id, content: item.content };
    if (!fits(frame, this.world.frameBytes())) {
      // The server would close the connection instead of answering, each time anew.
      this.put({ ...item, failed: 'TOO_LARGE' });
      return this.flush();
    }
    if (!this.world.send(frame)) return;
    const unanswered = (): void => {
      this.landed(item.message_id);
      this.world.suspect();
      this.flush();
    };
    this.inFlight.set(item.message_id, setTimeout(unanswered, answerMs));
  }

  /** Lets messages wait again that are not stored after all. Those of other tabs leave the view: their tabs know better. */
  private takeBack(isVoid: (stored: StoredAt) => boolean): void {
    const isGone = (item: OutboxItem): boolean => item.stored !== undefined && isVoid(item.stored);
    if (!useChats.getState().outbox.some(isGone)) return;
    useChats.setState(({ outbox }) => ({
      outbox: outbox.flatMap((item) => {
        if (!isGone(item)) return [item];
        const waiting = { ...item };
        delete waiting.stored;
        return item.owner === this.world.tab ? [waiting] : [];
      }),
    }));
  }

  private takeOver(item: OutboxItem): void {
    if (this.gone.has(item.message_id) || !find(item.message_id)) return;
    this.put(item);
    this.flush();
  }

  private drop(found: ReadonlyMap<string, StoredAt | undefined>): void {
    for (const messageId of found.keys()) {
      this.landed(messageId);
      this.bugs.delete(messageId);
      this.gone.add(messageId);
    }
    const { outbox } = useChats.getState();
    const known = outbox.filter((item) => found.has(item.message_id));
    if (known.length === 0) return;
    useChats.setState((state) => withoutItems(state, found));
    for (const { message_id } of known) this.world.forget(message_id, found.get(message_id));
    this.flush();
  }

  private landed(messageId: string): void {
    clearTimeout(this.inFlight.get(messageId));
    this.inFlight.delete(messageId);
  }

  private waitFor(asked: number | undefined): void {
    clearTimeout(this.pause);
    const ms = asked ?? pauseMs.least + Math.random() * (pauseMs.most - pauseMs.least);
    this.pause = setTimeout(() => {
      this.pause = undefined;
      this.flush();
    }, ms);
  }

  private put(item: OutboxItem): void {
    useChats.setState((state) => ({ outbox: withItem(state.outbox, item) }));
    this.world.save(item);
  }
}

const find = (messageId: string | undefined): OutboxItem | undefined =>
  useChats.getState().outbox.find((item) => item.message_id === messageId);
