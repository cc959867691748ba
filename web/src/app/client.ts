import { createContext, useContext } from 'react';
import type { ChatActions } from '../chats/actions';
import { keepCache, loadCache } from '../chats/cache';
import { conversationOf } from '../chats/outboxItems';
import { noChats, useChats } from '../chats/chatStore';
import { loadDrafts } from '../chats/drafts';
import { ChatEngine } from '../chats/engine';
import { Outbox } from '../chats/outbox';
import { createApi, type Api, type TokenSource } from '../gateway/api';
import { createConnection, SessionEndedError, type Connection } from '../gateway/connection';
import { showMachine, useGateway } from '../gateway/gatewayStore';
import { request } from '../gateway/http';
import { watchWakeUps } from '../gateway/wakeUps';
import type { Machine } from '../gateway/machineTypes';
import { acceptLink, type Arrival } from '../identity/arrival';
import { announceDeparture, onDeparture } from '../identity/departure';
import { followOtherTabs, setUser, storedUser, useIdentity } from '../identity/identityStore';
import type { DeviceLink } from '../identity/link';
import { createTokenSource } from '../identity/session';
import { readSessionAnswer, readTokenAnswer } from '../protocol/answers';
import type { User } from '../protocol/entities';
import { openDatabase, type Database } from '../shared/database';
import { withLock } from '../shared/locks';
import { storage } from '../shared/storage';
import { wipeBrowser } from '../shared/wipe';
import { FrameRouter } from './frameRouter';
import { OutboxKeeper } from './outboxKeeper';

/** Everything of one page that lives as long as it does, put together. */
export class Client {
  readonly api: Api;
  readonly connection: Connection;
  readonly engine: ChatEngine;
  readonly outbox: Outbox;
  private readonly router: FrameRouter;
  private readonly keeper = new OutboxKeeper();
  private readonly tokens: TokenSource;
  private database: Database | null = null;
  private preparing: Promise<void> | null = null;
  private isStarted = false;

  constructor() {
    this.tokens = createTokenSource({
      createGuest: async () => readSessionAnswer(await request('api/sessions', { method: 'POST', body: {} })),
      refresh: async (signal) =>
        readTokenAnswer(await request('api/sessions/refresh', { method: 'POST', body: {}, signal, twice: true })),
      storedUser,
      arrived: (user) => this.arrived(user),
      exclusively: (work) => withLock('session', work),
      now: Date.now,
    });
    this.api = createApi(this.tokens);
    this.outbox = new Outbox({
      send: (frame) => this.connection.send(frame),
      save: this.keeper.save,
      forget: this.keeper.forget,
      isSending: this.keeper.isSending,
      claim: (messageId, from) => this.keeper.claim(this.outbox, messageId, from),
      isShared: this.keeper.isShared,
      suspect: () => this.connection.doubt(),
      frameBytes: () => useGateway.getState().limits?.frame_bytes ?? 0,
      tab: this.keeper.tab,
      now: Date.now,
    });
    this.engine = new ChatEngine(this.api, (frame) => this.connection.send(frame), this.outbox);
    this.router = new FrameRouter(this.engine, (frame) => this.connection.send(frame), this.api);
    this.connection = createConnection(this.tokens, {
      frame: (frame) => this.router.receive(frame),
      changed: (machine) => this.changed(machine),
    });
  }

  /** Shows what an earlier visit kept, then connects. */
  async start(): Promise<void> {
    if (this.isStarted) return;
    this.isStarted = true;
    followOtherTabs();
    onDeparture((userId) => {
      if (userId === storedUser()?.user_id || userId === useChats.getState().ownId) this.depart();
    });
    this.keeper.start(this.outbox, () => useGateway.getState().phase === 'live');
    loadDrafts();
    const user = storedUser();
    if (user) await this.arrived(user);
    this.connection.start();
    watchWakeUps(this.connection);
  }

  /** What the chat's components may ask for. */
  readonly chatActions: ChatActions = {
    sendMessage: (target, content, name) => this.outbox.add(target, content, name),
    retry: (messageId) => this.outbox.retry(messageId),
    remove: (messageId) => this.outbox.remove(messageId),
    edit: (messageId) => this.edit(messageId),
    read: (chatId) => this.engine.positions.read(chatId),
    older: (chatId) => void this.engine.history.older(chatId),
    sendFrame: (frame) => this.connection.send(frame),
  };

  rename = async (name: string): Promise<void> => setUser(await this.api.rename(name));

  /**
   * Ends the session and leaves nothing of it in this browser, whichever tab holds it. Throws when the server can't be reached:
   * then nothing has changed.
   */
  signOut = async (): Promise<void> => {
    const userId = storedUser()?.user_id ?? null;
    useIdentity.setState({ leaving: true });
    try {
      await this.api.signOut();
    } catch (error) {
      useIdentity.setState({ leaving: false });
      // Ended already, perhaps by this very call, whose answer was lost.
      if (!(error instanceof SessionEndedError)) throw error;
    }
    if (userId !== null) announceDeparture(userId);
    this.depart();
    await wipeBrowser(userId);
    useIdentity.setState({ leaving: false });
  };

  /** Becomes the person whose link this page was opened with. */
  takeOver = async (link: DeviceLink): Promise<Arrival> => {
    const arrival = await acceptLink(link, this.tokens);
    if (arrival.is === 'done') window.location.reload();
    return arrival;
  };

  /** The person is gone from this browser: nothing is asked, sent, shown or written any more. */
  private depart(): void {
    storage.seal();
    this.tokens.end();
    this.database?.close();
    this.connection.leave();
    useIdentity.setState({ user: null });
    useChats.setState(noChats);
  }

  private arrived(user: User): Promise<void> {
    setUser(user);
    this.preparing ??= this.prepare(user.user_id);
    return this.preparing;
  }

  private async prepare(userId: string): Promise<void> {
    useChats.setState({ ownId: userId });
    const database = openDatabase(userId, () => void this.keeper.attach(database, this.outbox));
    this.database = database;
    await Promise.all([loadCache(database), this.keeper.attach(database, this.outbox)]);
    keepCache(database);
  }

  private changed(machine: Machine): void {
    const wasLive = useGateway.getState().phase === 'live';
    showMachine(machine);
    if (wasLive && machine.phase !== 'live') this.engine.disconnected();
  }

  /** Gives a refused text back to where it was written. */
  private edit(messageId: string): void {
    const state = useChats.getState();
    const item = state.outbox.find((one) => one.message_id === messageId);
    if (!item) return;
    useChats.setState({ returned: { conversation: conversationOf(state, item), text: item.content } });
    this.outbox.remove(messageId);
  }
}

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (!client) throw new Error('ClientContext is missing');
  return client;
}
