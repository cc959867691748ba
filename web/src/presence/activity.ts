const idleMs = 5 * 60_000;

/** What decides whether a person counts as away. Times in milliseconds. */
export interface ActivityWorld {
  hidden(): boolean;
  changed(status: 'online' | 'away'): void;
}

/** Tells when a person is away: five minutes without input, or the tab hidden. */
export class Activity {
  private status: 'online' | 'away' = 'online';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly world: ActivityWorld) {}

  /** Input, or a tab that became visible or hidden. */
  notice = (): void => {
    clearTimeout(this.timer);
    if (this.world.hidden()) return this.become('away');
    this.timer = setTimeout(() => this.become('away'), idleMs);
    this.become('online');
  };

  private become(status: 'online' | 'away'): void {
    if (status === this.status) return;
    this.status = status;
    this.world.changed(status);
  }
}

/** Watches the page and reports each change of online and away. */
export function watchActivity(changed: ActivityWorld['changed']): void {
  const activity = new Activity({ hidden: () => document.visibilityState === 'hidden', changed });
  let noticedAt = 0;
  const input = (): void => {
    // Pointer moves come a hundred times a second; one a second is plenty for minutes.
    if (Date.now() - noticedAt < 1000) return;
    noticedAt = Date.now();
    activity.notice();
  };
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) {
    window.addEventListener(name, input, { passive: true, capture: true });
  }
  document.addEventListener('visibilitychange', activity.notice);
  activity.notice();
}
