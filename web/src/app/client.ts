import { createContext, useContext } from 'react';
import type { ChatActions } from '../chats/actions';
import { loadCache, keepCache, readOutboxItem } from '../chats/cache';
import { useChats, type OutboxItem, type StoredAt } from '../chats/chatStore';
import { loadDrafts } from '../chats/drafts';
import { ChatEngine } from '../chats/engine';
import { Outbox } from '../chats/outbox';
import { createApi, type Api } from '../gateway/api';
import { createConnection, type Connection } from '../gateway/connection';
import { showMachine, useGateway } from '../gateway/gatewayStore';
import { request } from '../gateway/http';
import type { Machine } from '../gateway/machine';
import { followOtherTabs, setUser, storedUser } from '../identity/identityStore';
import { createTokenSource } from '../identity/session';
import { readSessionAnswer, readTokenAnswer } from '../protocol/answers';
import type { User } from '../protocol/entities';
import { Reader } from '../protocol/reader';
import { openChannel } from '../shared/channel';
import { openDatabase, type Database } from '../shared/database';
import { newId } from '../shared/ids';
import { holdWhileAlive, isHeld, withLock } from '../shared/locks';
import { FrameRouter } from './frameRouter';

type OutboxNews = { kind: 'put'; item: OutboxItem } | { kind: 'gone'; messageId: string; stored: StoredAt | null };

function readNews(value: unknown): OutboxNews | null {
  try {
    const from = Reader.of(value);
    if (from.text('kind') === 'put') return { kind: 'put', item: readOutboxItem((value as { item?: unknown }).item) };
    const stored = from.objectOrNull('stored', (at) => ({ chat_id: at.text('chat_id'), rev: at.number('rev') }));
    return from.text('kind') === 'gone' ? { kind: 'gone', messageId: from.text('messageId'), stored } : null;
  } catch {
    return null;
  }
}

/** Everything of one page that lives as long as it does, put together. */
export class Client {
  readonly api: Api;
  readonly connection: Connection;
  readonly engine: ChatEngine;
  readonly outbox: Outbox;
  private readonly router: FrameRouter;
  private readonly tab = newId();
  private database: Database | null = null;
  private preparing: Promise<void> | null = null;
  private readonly tabs = openChannel('outbox', readNews);

  constructor() {
    const tokens = createTokenSource({
      createGuest: async () => readSessionAnswer(await request('api/sessions', { method: 'POST', body: {} })),
      refresh: async () => readTokenAnswer(await request('api/sessions/refresh', { method: 'POST', body: {} })),
      storedUser,
      arrived: (user) => this.arrived(user),
      exclusively: (work) => withLock('session', work),
      now: Date.now,
    });
    this.api = createApi(tokens);
    this.outbox = new Outbox({
      send: (frame) => this.connection.send(frame),
      save: (item) => this.saveItem(item),
      forget: (messageId, stored) => this.forgetItem(messageId, stored),
      isAlive: (tab) => isHeld(`tab.${tab}`),
      tab: this.tab,
      now: Date.now,
    });
    this.engine = new ChatEngine(this.api, (frame) => this.connection.send(frame), this.outbox);
    this.router = new FrameRouter(this.engine, (frame) => this.connection.send(frame));
    this.connection = createConnection(tokens, {
      frame: (frame) => this.router.receive(frame),
      changed: (machine) => this.changed(machine),
    });
  }

  /** Shows what an earlier visit kept, then connects. */
  async start(): Promise<void> {
    holdWhileAlive(`tab.${this.tab}`);
    followOtherTabs();
    this.followOutbox();
    loadDrafts();
    const user = storedUser();
    if (user) await this.arrived(user);
    this.connection.start();
    window.addEventListener('online', this.connection.wake);
    // The socket of a network that is gone looks alive for long: asking tells within seconds.
    window.addEventListener('offline', this.connection.wake);
    window.addEventListener('pageshow', this.connection.wake);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.connection.wake());
  }

  /** What the chat's components may ask for. */
  readonly chatActions: ChatActions = {
    sendMessage: (target, content) => this.outbox.add(target, content),
    retry: (messageId) => this.outbox.retry(messageId),
    remove: (messageId) => this.outbox.remove(messageId),
    read: (chatId) => this.engine.positions.read(chatId),
    older: (chatId) => void this.engine.history.older(chatId),
    sendFrame: (frame) => this.connection.send(frame),
  };

  rename = async (name: string): Promise<void> => setUser(await this.api.rename(name));

  private arrived(user: User): Promise<void> {
    setUser(user);
    this.preparing ??= this.prepare(user.user_id);
    return this.preparing;
  }

  private async prepare(userId: string): Promise<void> {
    useChats.setState({ ownId: userId });
    this.database = openDatabase(userId);
    await loadCache(this.database);
    keepCache(this.database);
  }

  private changed(machine: Machine): void {
    const wasLive = useGateway.getState().phase === 'live';
    showMachine(machine);
    if (wasLive && machine.phase !== 'live') this.engine.disconnected();
  }

  private saveItem(item: OutboxItem): void {
    void this.database?.put('outbox', item.message_id, item);
    this.tabs.post({ kind: 'put', item });
  }

  private forgetItem(messageId: string, stored: StoredAt | null = null): void {
    void this.database?.remove('outbox', messageId);
    this.tabs.post({ kind: 'gone', messageId, stored });
  }

  private followOutbox(): void {
    this.tabs.listen((news) => {
      if (news.kind === 'put') this.outbox.follow(news.item);
      else if (news.stored) this.outbox.stored(news.messageId, news.stored);
      else this.outbox.remove(news.messageId);
    });
  }
}

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('ClientContext is missing');
  return client;
}
