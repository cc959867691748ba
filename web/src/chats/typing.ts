import type { ClientFrame } from '../protocol/frames';
import { useChats } from './chatStore';

const hiddenAfterMs = 6000;
const sayAgainMs = 2500;
const stoppedAfterMs = 4000;
const atMostEveryMs = 1000;

/** Who else is typing: shown until they stop, send, or were silent for six seconds. */
export class TypingOthers {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  set(chatId: string, userId: string, isTyping: boolean): void {
    const key = `${chatId} ${userId}`;
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    if (isTyping)
      this.timers.set(
        key,
        setTimeout(() => this.set(chatId, userId, false), hiddenAfterMs),
      );
    useChats.setState((state) => {
      const others = (state.typing[chatId] ?? []).filter((id) => id !== userId);
      const before = state.typing[chatId]?.length ?? 0;
      if (!isTyping && others.length === before) return state;
      return { typing: { ...state.typing, [chatId]: isTyping ? [...others, userId] : others } };
    });
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    useChats.setState({ typing: {} });
  }
}

/** Tells the other side of one chat that one is typing: at most one signal a second, repeated while it goes on. */
export class TypingSignal {
  private saidAt = -Infinity;
  private isTyping = false;
  private start: ReturnType<typeof setTimeout> | undefined;
  private stop: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly chatId: string,
    private readonly send: (frame: ClientFrame) => boolean,
    private readonly now: () => number = Date.now,
  ) {}

  /** The text changed; an empty one means that nothing is being written any more. */
  changed(text: string): void {
    clearTimeout(this.stop);
    if (text.trim() === '') return this.ended();
    this.stop = setTimeout(() => this.ended(), stoppedAfterMs);
    const wait = this.saidAt + (this.isTyping ? sayAgainMs : atMostEveryMs) - this.now();
    if (wait <= 0) this.say(true);
    // The first letters after a message come within the second of the last signal: they are told when it is over.
    else if (!this.isTyping) this.start ??= setTimeout(() => this.say(true), wait);
  }

  /** The message was sent: the message itself says so, no frame is needed. */
  sent(): void {
    this.clear();
    this.isTyping = false;
    this.saidAt = this.now();
  }

  /** The chat was left, the text emptied or let lie. */
  ended(): void {
    this.clear();
    if (!this.isTyping) return;
    const wait = this.saidAt + atMostEveryMs - this.now();
    if (wait <= 0) this.say(false);
    else this.stop = setTimeout(() => this.say(false), wait);
  }

  private clear(): void {
    clearTimeout(this.stop);
    clearTimeout(this.start);
    this.start = undefined;
  }

  private say(isTyping: boolean): void {
    clearTimeout(this.start);
    this.start = undefined;
    this.isTyping = isTyping;
    this.saidAt = this.now();
    this.send({ type: 'TYPING', chat_id: this.chatId, is_typing: isTyping });
  }
}
