import type { ChatsApi } from '../gateway/api';
import { retryMs } from '../gateway/backoff';
import type { Chat, Message } from '../protocol/entities';
import type { ClientFrame, MessageAckFrame, ServerFrame } from '../protocol/frames';
import { CatchUp } from './catchUp';
import { advance, applyOpened, raiseHead, receiveMessage } from './changes';
import { directChatWith, useChats } from './chatStore';
import type { Outbox } from './outbox';
import { Positions } from './positions';
import { syncChats } from './sync';
import { TypingOthers } from './typing';

/** Keeps the chats true: takes in live frames, and after each connection all that happened without it. */
export class ChatEngine {
  readonly positions: Positions;
  readonly history: CatchUp;
  private readonly typing = new TypingOthers();
  /** Highest revision heard per chat on the present connection. */
  private liveRevs = new Map<string, number>();
  private generation = 0;

  constructor(
    private readonly api: ChatsApi,
    private readonly send: (frame: ClientFrame) => boolean,
    private readonly outbox: Outbox,
  ) {
    this.positions = new Positions(send);
    this.history = new CatchUp(api, {
      arrived: (chatId) => this.outbox.settle(chatId),
      caughtUp: (chatId) => this.positions.delivered(chatId),
    });
  }

  /** A connection is live, to a database with this history: catch up, and send what waited. */
  async connected(epoch: string | null = useChats.getState().epoch): Promise<void> {
    const generation = ++this.generation;
    this.liveRevs = new Map();
    this.history.pause();
    this.positions.connected();
    // Before anything is sent: what counts as stored in a history that is gone goes first, as it was written first.
    if (epoch !== useChats.getState().epoch) this.outbox.historyChanged();
    void this.outbox.connected();
    const isCurrent = (): boolean => generation === this.generation;
    for (let failures = 0; isCurrent(); failures++) {
      try {
        await this.sync(isCurrent);
        break;
      } catch (error) {
        await new Promise((resolve) => setTimeout(resolve, retryMs(error, failures)));
      }
    }
    if (!isCurrent()) return;
    useChats.setState({ synced: true, history: {} });
    this.outbox.synced();
    this.history.resume();
  }

  private sync(isCurrent: () => boolean): Promise<void> {
    return syncChats(this.api, {
      isCurrent,
      liveRev: (chatId) => this.liveRevs.get(chatId) ?? 0,
      reset: () => this.outbox.historyChanged(),
      synced: (chatId, server) => {
        this.outbox.settle(chatId);
        this.positions.compare(chatId, server);
      },
    });
  }

  disconnected(): void {
    this.generation++;
    this.history.pause();
    this.outbox.disconnected();
    this.typing.clear();
  }

  /** Takes in a frame; those of other domains are left alone. */
  receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'MSG':
        return this.message(frame);
      case 'MSG_ACK':
        return this.acknowledged(frame);
      case 'CHAT_OPENED':
        return this.opened(frame.chat);
      case 'READ':
      case 'DELIVERED': {
        const to = frame.type === 'READ' ? { read: frame.seq } : { delivered: frame.seq };
        return useChats.setState((state) => {
          const chat = state.chats[frame.chat_id];
          return chat ? { chats: { ...state.chats, [chat.chat_id]: advance(chat, frame.user_id, to) } } : state;
        });
      }
      case 'TYPING':
        return this.typing.set(frame.chat_id, frame.user_id, frame.is_typing);
      case 'ERROR':
        if (frame.message_id === undefined) return this.positions.refuse(frame);
        return this.outbox.refuse(frame);
    }
  }

  /** Opens the direct chat with a user: over the socket, or by REST while that is away. Gives it when it is known already. */
  async openWith(userId: string): Promise<Chat | undefined> {
    const known = directChatWith(useChats.getState(), userId);
    if (known || this.send({ type: 'OPEN_CHAT', user_id: userId })) return known;
    const chat = await this.api.openChat(userId);
    this.opened(chat);
    return chat;
  }

  private opened(chat: Chat): void {
    useChats.setState((state) => applyOpened(state, chat));
    this.history.check(chat.chat_id);
  }

  private message(message: Message): void {
    const { ownId } = useChats.getState();
    this.heard(message);
    const isOwn = message.sender_id === ownId;
    if (!isOwn) this.typing.set(message.chat_id, message.sender_id, false);
    const isApplied = this.takeIn(message);
    if (isOwn) this.outbox.stored(message.message_id, message);
    else if (isApplied) this.positions.delivered(message.chat_id);
  }

  private acknowledged(ack: MessageAckFrame): void {
    const { outbox, ownId } = useChats.getState();
    const item = outbox.find((one) => one.message_id === ack.message_id);
    const { chat_id, message_id, seq, rev, sent_at } = ack;
    const message: Message = { chat_id, message_id, seq, rev, sent_at, sender_id: ownId, content: item?.content ?? '' };
    this.heard(message);
    // A duplicate may have been edited since; only the server knows its present state.
    if (item && !ack.duplicate) this.takeIn(message);
    else this.fetchUpTo(chat_id, rev);
    this.outbox.stored(message_id, message);
  }

  /** Applies a message, or has what is missing fetched. */
  private takeIn(message: Message): boolean {
    const { state, outcome } = receiveMessage(useChats.getState(), message);
    if (outcome === 'unknownChat') void this.history.adopt(message.chat_id);
    else useChats.setState(state);
    if (outcome === 'gap') this.history.check(message.chat_id);
    return outcome === 'applied';
  }

  private fetchUpTo(chatId: string, rev: number): void {
    if (!useChats.getState().chats[chatId]) return void this.history.adopt(chatId);
    useChats.setState((state) => raiseHead(state, chatId, rev));
    this.history.check(chatId);
  }

  private heard(message: Message): void {
    this.liveRevs.set(message.chat_id, Math.max(message.rev, this.liveRevs.get(message.chat_id) ?? 0));
  }
}
