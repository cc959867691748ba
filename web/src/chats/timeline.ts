import type { Message } from '../protocol/entities';

/** The known end of a chat's history: messages ascending by `seq`, from some place up to the latest. */
export interface Timeline {
  /** The client has every change of the chat up to this revision, as far as it concerns the known messages (CL1). */
  rev: number;
  messages: readonly Message[];
  /** Whether the server has messages before the first one here. */
  hasOlder: boolean;
  /** Whether the messages were fetched at all; a chat can be known before its messages are. */
  loaded: boolean;
}

export const emptyTimeline: Timeline = { rev: 0, messages: [], hasOlder: false, loaded: false };

/** Index of the first message whose `seq` is not below the given one. */
export function indexOfSeq(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Messages with the given ones put in at their places; of two versions of one message the higher `rev` stays. */
export function mergeMessages(timeline: Timeline, incoming: readonly Message[]): readonly Message[] {
  const messages = [...timeline.messages];
  const first = messages[0]?.seq ?? 0;
  for (const message of incoming) {
    // A change of something older than the known part: loading history brings it in its present state.
    if (timeline.hasOlder && messages.length > 0 && message.seq < first) continue;
    const at = indexOfSeq(messages, message.seq);
    const known = messages[at];
    if (known?.seq !== message.seq) messages.splice(at, 0, message);
    else if (message.rev >= known.rev) messages[at] = message;
  }
  return messages;
}

/** A timeline that begins with a page of the latest messages and holds everything up to `rev`. */
export const timelineOfPage = (messages: readonly Message[], rev: number, hasOlder: boolean): Timeline => ({
  rev,
  messages: [...messages].sort((a, b) => a.seq - b.seq),
  hasOlder,
  loaded: true,
});

/** The timeline with an older page before it. */
export function prependPage(timeline: Timeline, page: readonly Message[], more: boolean): Timeline {
  const first = timeline.messages[0]?.seq ?? Infinity;
  const older = page.filter((message) => message.seq < first).sort((a, b) => a.seq - b.seq);
  return { ...timeline, messages: [...older, ...timeline.messages], hasOlder: more };
}
