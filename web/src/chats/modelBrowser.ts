import { vi } from 'vitest';
import type { ServerFrame } from '../protocol/frames';
import type { ChatsState, OutboxItem, StoredAt } from './chatStore';
import type { ModelConnection, ModelServer, Random } from './modelServer';
import type { Claim } from './orphans';
import { amy, me } from './testing';

/** The client's modules, once more for each tab: they share no state, as in a browser. */
export async function loadTab() {
  vi.resetModules();
  const { useChats, noChats } = await import('./chatStore');
  const { Outbox } = await import('./outbox');
  const { ChatEngine } = await import('./engine');
  return { useChats, noChats, Outbox, ChatEngine };
}

export type TabModules = Awaited<ReturnType<typeof loadTab>>;

/** What the tabs of one browser share. */
export class ModelBrowser {
  readonly kept = new Map<string, OutboxItem>();
  readonly tabs = new Set<ModelTab>();
  cache: Pick<ChatsState, 'epoch' | 'chats' | 'timelines'> = { epoch: null, chats: {}, timelines: {} };

  constructor(
    readonly server: ModelServer,
    readonly random: Random,
    /** Whether there is IndexedDB. */
    readonly keeps: boolean,
  ) {}

  /** News for the other tabs: in the order of sending for each pair, after a moment. */
  tell(from: ModelTab, news: (tab: ModelTab) => void): void {
    for (const tab of this.tabs) if (tab !== from) setTimeout(() => this.tabs.has(tab) && news(tab), 3);
  }
}

/** A tab with the real outbox and engine. */
export class ModelTab {
  readonly outbox: InstanceType<TabModules['Outbox']>;
  private readonly engine: InstanceType<TabModules['ChatEngine']>;
  private connection: ModelConnection | null = null;
  private isOpen = true;

  constructor(
    private readonly browser: ModelBrowser,
    private readonly modules: TabModules,
    readonly name: string,
  ) {
    const { Outbox, ChatEngine, useChats, noChats } = modules;
    useChats.setState({ ...noChats, ...browser.cache, ownId: me }, true);
    const send = (frame: Parameters<ModelServer['take']>[0]): boolean => this.transmit(frame);
    this.outbox = new Outbox({
      send,
      save: (item) => this.isOpen && this.save(item),
      forget: (messageId, stored) => this.isOpen && this.forget(messageId, stored),
      isSending: (tab) => this.isSending(tab),
      claim: (messageId, from) => this.claim(messageId, from),
      suspect: () => undefined,
      isShared: () => browser.keeps,
      frameBytes: () => 65_536,
      tab: name,
      now: Date.now,
    });
    this.engine = new ChatEngine(
      browser.server.api(() => this.isOpen),
      send,
      this.outbox,
    );
    this.outbox.load([...browser.kept.values()]);
    browser.tabs.add(this);
    this.connectSoon();
  }

  get state(): ChatsState {
    return this.modules.useChats.getState();
  }

  get isLive(): boolean {
    return this.connection?.isOpen ?? false;
  }

  write(content: string): void {
    this.outbox.add({ to: amy }, content);
  }

  /** Writes down what is known, as the page does now and then. */
  keepCache(): void {
    const { epoch, chats, timelines } = this.state;
    this.browser.cache = { epoch, chats, timelines };
  }

  drop(): void {
    this.connection?.close();
  }

  close(): void {
    this.isOpen = false;
    this.browser.tabs.delete(this);
    this.connection?.close();
  }

  private transmit(frame: Parameters<ModelServer['take']>[0]): boolean {
    const { connection } = this;
    if (!connection?.isOpen) return false;
    setTimeout(() => connection.isOpen && this.browser.server.take(frame, connection), this.browser.random() * 50);
    return true;
  }

  private save(item: OutboxItem): void {
    if (this.browser.keeps) this.browser.kept.set(item.message_id, item);
    this.browser.tell(this, (tab) => tab.outbox.follow(item));
  }

  private forget(messageId: string, stored?: StoredAt): void {
    this.browser.kept.delete(messageId);
    this.browser.tell(this, (tab) => (stored ? tab.outbox.stored(messageId, stored) : tab.outbox.remove(messageId)));
  }

  private async isSending(name: string): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return [...this.browser.tabs].some((tab) => tab.name === name && (tab.isLive || !this.browser.keeps));
  }

  private async claim(messageId: string, from: string): Promise<Claim> {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (!this.browser.keeps) return 'absent';
    const item = this.browser.kept.get(messageId);
    if (!item) return 'absent';
    if (item.owner === from) {
      this.browser.kept.set(messageId, { ...item, owner: this.name });
      return 'mine';
    }
    this.outbox.follow(item);
    return 'taken';
  }

  private connectSoon(): void {
    setTimeout(() => this.isOpen && this.connect(), this.browser.random() * 1500);
  }

  private connect(): void {
    const { server, random } = this.browser;
    let last = 0;
    const connection: ModelConnection = {
      isOpen: true,
      deliver: (frame: ServerFrame) => {
        // In order, each after its own delay.
        last = Math.max(last + 1, Date.now() + random() * 80);
        setTimeout(() => {
          if (!connection.isOpen) return;
          if (frame.type === 'MSG_ACK' || frame.type === 'MSG') server.told.add(frame.message_id);
          this.engine.receive(frame);
        }, last - Date.now());
      },
      close: () => {
        if (!connection.isOpen) return;
        connection.isOpen = false;
        server.connections.delete(connection);
        this.engine.disconnected();
        if (this.isOpen) this.connectSoon();
      },
    };
    this.connection = connection;
    server.connections.add(connection);
    void this.engine.connected(server.epoch);
  }
}
