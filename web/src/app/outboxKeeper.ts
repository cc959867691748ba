import { loadOutbox, readOutboxItem } from '../chats/cache';
import { useChats, type OutboxItem, type StoredAt } from '../chats/chatStore';
import type { Claim } from '../chats/orphans';
import type { Outbox } from '../chats/outbox';
import { Reader } from '../protocol/reader';
import { openChannel } from '../shared/channel';
import type { Database } from '../shared/database';
import { newId } from '../shared/ids';
import { holdWhileAlive, isHeld, webLocks } from '../shared/locks';

type News =
  | { kind: 'put'; item: OutboxItem }
  | { kind: 'gone'; messageId: string; stored: StoredAt | null }
  | { kind: 'who' | 'here'; tab: string };

function readNews(value: unknown): News | null {
  try {
    const from = Reader.of(value);
    const kind = from.word('kind', ['put', 'gone', 'who', 'here', 'other'], 'other');
    if (kind === 'other') return null;
    if (kind === 'put') return { kind, item: readOutboxItem((value as { item?: unknown }).item) };
    if (kind !== 'gone') return { kind, tab: from.text('tab') };
    const stored = from.objectOrNull('stored', (at) => ({ chat_id: at.text('chat_id'), rev: at.number('rev') }));
    return { kind, messageId: from.text('messageId'), stored };
  } catch {
    return null;
  }
}

/** A tab that is frozen, or busy for longer than this, does not send; another may. */
const answerMs = 1000;

const itemOf = (value: unknown): OutboxItem | null => {
  try {
    return readOutboxItem(value);
  } catch {
    return null;
  }
};

/** Keeps the outbox in the browser's database, and shares it with the other tabs. */
export class OutboxKeeper {
  /** Names this tab, as long as its page lives. */
  readonly tab = newId();
  private readonly channel = openChannel('outbox', readNews);
  private readonly asked = new Map<string, () => void>();
  private database: Database | null = null;
  private works = true;

  /** Begins to listen to the other tabs. `isLive` tells whether this one has a connection. */
  start(outbox: Outbox, isLive: () => boolean): void {
    holdWhileAlive(`tab.${this.tab}`);
    this.channel.listen((news) => {
      switch (news.kind) {
        case 'put':
          return outbox.follow(news.item);
        case 'gone':
          return news.stored ? outbox.stored(news.messageId, news.stored) : outbox.remove(news.messageId);
        case 'who':
          return news.tab === this.tab && (isLive() || !this.isShared())
            ? this.channel.post({ kind: 'here', tab: this.tab })
            : undefined;
        case 'here':
          return this.asked.get(news.tab)?.();
      }
    });
    window.addEventListener('beforeunload', (event) => {
      if (!hasUnkept()) return;
      // The one moment in which a person can still do something about it.
      event.preventDefault();
    });
  }

  /** Reads what is kept, and keeps from now on. Called again when the database opened late. */
  async attach(database: Database, outbox: Outbox): Promise<void> {
    this.database = database;
    outbox.load(await loadOutbox(database));
    for (const item of useChats.getState().outbox) if (useChats.getState().unkept.includes(item.message_id)) void this.keep(item);
  }

  isShared = (): boolean => this.works && (this.database?.isOpen() ?? false);

  save = (item: OutboxItem): void => {
    void this.keep(item);
    this.channel.post({ kind: 'put', item });
  };

  forget = (messageId: string, stored: StoredAt | null = null): void => {
    void this.database?.remove('outbox', messageId);
    this.channel.post({ kind: 'gone', messageId, stored });
  };

  /** Whether a tab answers that it lives and is connected. */
  isSending = async (tab: string): Promise<boolean> => {
    // A lock that is free tells at once that the tab was closed; one that is held does not tell that it does anything.
    if (webLocks() && !(await isHeld(`tab.${tab}`))) return false;
    return new Promise((resolve) => {
      const answer = (is: boolean): void => {
        clearTimeout(timer);
        this.asked.delete(tab);
        resolve(is);
      };
      const timer = setTimeout(() => answer(false), answerMs);
      this.asked.set(tab, () => answer(true));
      this.channel.post({ kind: 'who', tab });
    });
  };

  claim = async (outbox: Outbox, messageId: string, from: string): Promise<Claim> => {
    let present: OutboxItem | null = null;
    const done = await this.database?.change('outbox', messageId, (value) => {
      present = itemOf(value);
      return present?.owner === from ? { ...present, owner: this.tab } : undefined;
    });
    if (done === 'changed') return 'mine';
    if (done !== 'refused') return 'absent';
    // Its news may have been missed.
    if (present) outbox.follow(present);
    return 'taken';
  };

  private async keep(item: OutboxItem): Promise<void> {
    const { database } = this;
    let isKept = (await database?.put('outbox', item.message_id, item)) ?? false;
    if (!isKept && database) {
      // What the server has can be fetched again; what a person wrote can't.
      await database.clear('chats');
      isKept = await database.put('outbox', item.message_id, item);
    }
    this.works = isKept;
    useChats.setState(({ unkept, outbox }) => {
      const others = unkept.filter((id) => id !== item.message_id);
      const waits = outbox.some((one) => one.message_id === item.message_id);
      return { unkept: isKept || !waits ? others : [...others, item.message_id] };
    });
  }
}

/** Whether something waits that would be lost with the page. */
const hasUnkept = (): boolean => {
  const { outbox, unkept } = useChats.getState();
  return outbox.some((item) => !item.stored && unkept.includes(item.message_id));
};
