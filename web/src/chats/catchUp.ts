import type { ChatsApi } from '../gateway/api';
import { retryMs } from '../gateway/backoff';
import { ApiError } from '../gateway/http';
import type { ChangesAnswer } from '../protocol/answers';
import { applyChanges, applyOpened, removeChat } from './changes';
import { useChats } from './chatStore';
import { emptyTimeline, prependPage, timelineOfPage } from './timeline';

/** From this many missing changes on, the latest page is fetched instead of every change. */
const farBehind = 1000;

/** Up to where an answer of `changes` reaches: its own word when it is the last page, else its last message. */
const reach = (answer: ChangesAnswer): number =>
  answer.more ? answer.messages.reduce((rev, message) => Math.max(rev, message.rev), 0) : answer.rev;

/** Who wants to know what came of fetching. */
interface Listener {
  /** Messages of a chat came, perhaps not all that are missing. */
  arrived(chatId: string): void;
  /** Everything up to the chat's head is known. */
  caughtUp(chatId: string): void;
}

/** Fetches what live frames did not bring (CL1), one run per chat at a time, until everything up to the head is known. */
export class CatchUp {
  private readonly running = new Set<string>();
  private readonly retries = new Map<string, ReturnType<typeof setTimeout>>();
  private paused = false;
  /** Counts pauses: an answer to what was asked before one may be of another history (CL3), and is dropped. */
  private era = 0;

  constructor(
    private readonly api: ChatsApi,
    private readonly listener: Listener,
  ) {}

  /** While a sync runs nothing is fetched chat by chat: the sync brings most of it. */
  pause(): void {
    this.paused = true;
    this.era++;
    for (const timer of this.retries.values()) clearTimeout(timer);
    this.retries.clear();
  }

  /** Goes on, with every chat that is behind. */
  resume(): void {
    this.paused = false;
    for (const chatId of Object.keys(useChats.getState().chats)) this.check(chatId);
  }

  /** Fetches what is missing of a chat, if anything is. */
  check(chatId: string, failures = 0): void {
    if (this.paused || this.running.has(chatId) || !isBehind(chatId)) return;
    this.running.add(chatId);
    const { era } = this;
    void this.fetch(chatId)
      .then(() => true)
      .catch((error: unknown) => this.failed(chatId, error, failures, era))
      .then((worked) => {
        this.running.delete(chatId);
        if (!worked) return;
        this.listener.arrived(chatId);
        if (isBehind(chatId)) this.check(chatId);
        else this.listener.caughtUp(chatId);
      });
  }

  /** A chat that is not known here: fetches it with its latest messages. */
  async adopt(chatId: string, failures = 0): Promise<void> {
    const { era } = this;
    try {
      const chat = await this.api.chat(chatId);
      // The sync that began meanwhile lists it.
      if (era !== this.era) return;
      useChats.setState((state) => applyOpened(state, chat));
      this.check(chatId);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return;
      if (era === this.era) this.retryLater(chatId, error, failures, () => void this.adopt(chatId, failures + 1));
    }
  }

  /** Loads the page before the first known message; the state says whether that is under way or failed. */
  async older(chatId: string): Promise<void> {
    const { timelines, history } = useChats.getState();
    const timeline = timelines[chatId];
    const first = timeline?.messages[0];
    if (!timeline?.hasOlder || !first || history[chatId] === 'loading') return;
    const { era } = this;
    useChats.setState((state) => ({ history: { ...state.history, [chatId]: 'loading' } }));
    try {
      const page = await this.api.messages(chatId, first.seq);
      useChats.setState((state) => {
        const now = state.timelines[chatId];
        const history = Object.fromEntries(Object.entries(state.history).filter(([id]) => id !== chatId));
        // Replaced by a sync meanwhile: the page no longer joins.
        if (!now || era !== this.era || now.messages[0]?.seq !== first.seq) return { history };
        return { history, timelines: { ...state.timelines, [chatId]: prependPage(now, page.messages, page.more) } };
      });
    } catch {
      useChats.setState((state) => ({ history: { ...state.history, [chatId]: 'failed' } }));
    }
  }

  private async fetch(chatId: string): Promise<void> {
    const { chats, timelines } = useChats.getState();
    const timeline = timelines[chatId] ?? emptyTimeline;
    const head = chats[chatId]?.rev ?? 0;
    if (!timeline.loaded || head - timeline.rev > farBehind) return this.latestPage(chatId, head);
    const { era } = this;
    const answer = await this.api.changes(chatId, timeline.rev);
    if (era !== this.era) return;
    const rev = reach(answer);
    if (rev <= timeline.rev) {
      // The server knows no such revision: believe it, or this would go on for ever.
      return useChats.setState((state) => lowerHead(state, chatId, timeline.rev));
    }
    useChats.setState((state) => applyChanges(state, chatId, answer.messages, rev));
  }

  private async latestPage(chatId: string, head: number): Promise<void> {
    // The page is read after the head was heard of, so it holds at least everything up to it.
    const { era } = this;
    const page = await this.api.messages(chatId);
    if (era !== this.era) return;
    useChats.setState((state) => {
      if (!state.chats[chatId]) return state;
      const timelines = { ...state.timelines, [chatId]: timelineOfPage(page.messages, head, page.more) };
      return applyChanges({ ...state, timelines }, chatId, page.messages, head);
    });
  }

  /** Plans the next try; gives false so that the caller does not go on at once. */
  private failed(chatId: string, error: unknown, failures: number, era: number): boolean {
    if (era !== this.era) return true;
    if (error instanceof ApiError && error.status === 404) useChats.setState((state) => removeChat(state, chatId));
    else this.retryLater(chatId, error, failures, () => this.check(chatId, failures + 1));
    return false;
  }

  private retryLater(chatId: string, error: unknown, failures: number, retry: () => void): void {
    clearTimeout(this.retries.get(chatId));
    this.retries.set(chatId, setTimeout(retry, retryMs(error, failures)));
  }
}

function isBehind(chatId: string): boolean {
  const { chats, timelines } = useChats.getState();
  const chat = chats[chatId];
  if (!chat) return false;
  const timeline = timelines[chatId] ?? emptyTimeline;
  return chat.rev > timeline.rev || (!timeline.loaded && chat.last_seq > 0);
}

function lowerHead<T extends ReturnType<typeof useChats.getState>>(state: T, chatId: string, rev: number): T {
  const chat = state.chats[chatId];
  return chat ? { ...state, chats: { ...state.chats, [chatId]: { ...chat, rev } } } : state;
}
