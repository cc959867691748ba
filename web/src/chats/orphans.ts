import { useChats, type OutboxItem } from './chatStore';
import { isWaiting } from './outboxItems';

/** What became of an attempt to take an item over. `absent`: it is not kept, being done with or never written. */
export type Claim = 'mine' | 'taken' | 'absent';

/** The owner of what was written without a connection: the first tab that has one takes it. */
export const nobody = '';

interface OrphansWorld {
  isSending(tab: string): Promise<boolean>;
  claim(messageId: string, from: string): Promise<Claim>;
  tab: string;
}

/** How often is looked whether the tabs are still there whose messages wait. */
const lookMs = 5000;

/** Finds messages that no tab sends, because theirs was closed, is frozen or has no connection, and takes them over. */
export class Orphans {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private again = false;
  private awake = false;
  /** Items that were not kept when looked for: seen so twice, they are only in memory, and no news of their end is on its way. */
  private readonly missing = new Set<string>();

  constructor(
    private readonly world: OrphansWorld,
    private readonly takeOver: (item: OutboxItem) => void,
  ) {}

  /** Some messages wait for other tabs: look after a while, or at once for those that belong to nobody. */
  watch(): void {
    this.awake = true;
    if (this.running) return;
    const isFree = useChats.getState().outbox.some((item) => this.waits(item) && item.owner === nobody);
    if (isFree) void this.adopt();
    else this.timer ??= setTimeout(() => void this.adopt(), lookMs);
  }

  /** Without a connection nothing is taken over. */
  rest(): void {
    this.awake = false;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Takes over what nobody sends. */
  async adopt(): Promise<void> {
    this.awake = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.running) return void (this.again = true);
    this.running = true;
    try {
      const owners = new Set(useChats.getState().outbox.flatMap((item) => (this.waits(item) ? [item.owner] : [])));
      await Promise.all([...owners].map((owner) => this.adoptFrom(owner)));
    } finally {
      this.running = false;
    }
    const { again } = this;
    this.again = false;
    if (this.awake && again) return this.adopt();
    if (this.awake && useChats.getState().outbox.some((item) => this.waits(item)))
      this.timer ??= setTimeout(() => void this.adopt(), lookMs);
  }

  private waits = (item: OutboxItem): boolean => isWaiting(item) && item.owner !== this.world.tab;

  private async adoptFrom(owner: string): Promise<void> {
    if (owner !== nobody && (await this.world.isSending(owner))) return;
    const left = useChats.getState().outbox.filter((item) => this.waits(item) && item.owner === owner);
    await Promise.all(left.map((item) => this.adoptItem(item, owner)));
  }

  private async adoptItem(item: OutboxItem, owner: string): Promise<void> {
    if (!this.awake) return;
    const claim = await this.world.claim(item.message_id, owner);
    const isOnlyHere = claim === 'absent' && this.missing.has(item.message_id);
    this.missing.delete(item.message_id);
    if (claim === 'mine' || isOnlyHere) return this.takeOver({ ...item, owner: this.world.tab });
    if (claim === 'absent') this.missing.add(item.message_id);
  }
}
