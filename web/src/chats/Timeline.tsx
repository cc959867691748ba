import { styled } from '@mui/material/styles';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Chat } from '../protocol/entities';
import { Hidden, PlainButton } from '../shared/list';
import { useTaggedName } from '../shared/nameTags';
import { texts } from '../shared/texts';
import { useChatActions } from './actions';
import { memberOf, unreadOf, useChats } from './chatStore';
import { placementOf, type Entry } from './entries';
import { HiddenRow } from './HiddenRow';
import { JumpToLatest } from './JumpToLatest';
import { MessageRow, type Mark } from './MessageRow';
import { Beginning } from './Beginning';
import { useEntries, type Entries } from './useEntries';
import { useAttention, useReading } from './useReading';

const Frame = styled('div')({ position: 'relative', minHeight: 0, display: 'grid' });

const Scroller = styled('div')({
  overflowY: 'auto',
  overflowAnchor: 'none',
  overscrollBehavior: 'contain',
  display: 'flex',
  flexDirection: 'column',
  '&:focus-visible': { outlineOffset: -3 },
});

const Sheet = styled('div')({
  position: 'relative',
  flexShrink: 0,
  width: '100%',
  maxWidth: 860,
  margin: 'auto auto 0',
});

const Item = styled('div')({
  position: 'absolute',
  top: 0,
  insetInline: 0,
  padding: '0 16px',
  '@media (max-width: 420px)': { padding: '0 10px' },
});

const Older = styled('div')(({ theme }) => ({
  position: 'absolute',
  top: 8,
  insetInline: 0,
  zIndex: 1,
  display: 'grid',
  justifyItems: 'center',
  pointerEvents: 'none',
  '&& > *': {
    pointerEvents: 'auto',
    ...theme.typography.caption,
    padding: '6px 14px',
    borderRadius: 14,
    background: theme.vars.palette.surface.raised,
    color: theme.vars.palette.text.secondary,
    boxShadow: '0 2px 10px rgb(10 30 24 / 12%)',
  },
}));

/** Pixels from the end within which the view sticks to it. */
const nearEnd = 100;
/** So many rows before the first one the older page is asked for. */
const olderFrom = 15;

interface TimelineProps {
  chat: Chat | null;
  conversation: string;
  peerName: string;
}

/** The messages of a conversation in a virtual list that stays where one reads. */
export function Timeline({ chat, conversation, peerName }: TimelineProps) {
  const entries = useEntries(chat?.chat_id ?? null, conversation);
  const label = useTaggedName(conversation, peerName);
  const ownId = useChats((state) => state.ownId);
  const timeline = useChats((state) => (chat ? state.timelines[chat.chat_id] : undefined));
  const attention = useAttention();
  const readUpTo = useDivider(chat, ownId, attention);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: entries.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => 44,
    getItemKey: (index) => entries.at(index)?.key ?? index,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: nearEnd,
    overscan: 8,
    paddingStart: 12,
    paddingEnd: 4,
  });
  useStartingPlace(list, readUpTo, entries, timeline !== undefined);
  useSticking(scroller, list);
  useOlder(chat, list.range?.startIndex ?? Infinity, timeline?.hasOlder ?? false);
  const { atEnd, fresh } = useReading(chat, list, entries, attention);
  return (
    <Frame>
      {chat && <OlderNote chatId={chat.chat_id} />}
      <Scroller
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={texts.timeline.label(label)}
        tabIndex={0}
        data-testid="timeline"
      >
        <Sheet style={{ height: list.getTotalSize() }}>
          {list.getVirtualItems().map((row) => (
            <Item
              key={row.key}
              ref={list.measureElement}
              data-index={row.index}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              {row.index === 0 && !timeline?.hasOlder && <Beginning name={peerName} id={conversation} />}
              <Row entries={entries} index={row.index} chat={chat} readUpTo={readUpTo} peerName={peerName} />
            </Item>
          ))}
        </Sheet>
        {entries.count === 0 && (chat === null || timeline?.loaded) && <Beginning name={peerName} id={conversation} alone />}
      </Scroller>
      {!atEnd && <JumpToLatest fresh={fresh} jump={() => list.scrollToEnd({ behavior: 'auto' })} />}
      <Announcer entries={entries} ownId={ownId} name={label} />
    </Frame>
  );
}

interface RowProps {
  entries: Entries;
  index: number;
  chat: Chat | null;
  readUpTo: number | null;
  peerName: string;
}

function Row({ entries, index, chat, readUpTo, peerName }: RowProps) {
  const ownId = useChats((state) => state.ownId);
  const entry = entries.at(index);
  if (!entry) return null;
  const placement = placementOf(entries.at(index - 1), entry, entries.at(index + 1), readUpTo);
  if (entry.hidden > 0) return <HiddenRow count={entry.hidden} time={placement.day ? entry.time : null} />;
  const own = entry.senderId === ownId;
  const sender = chat && memberOf(chat, entry.senderId)?.display_name;
  return (
    <MessageRow
      entry={entry}
      {...placement}
      own={own}
      name={own ? texts.identity.you : (sender ?? peerName)}
      mark={own ? markOf(entry, chat, ownId) : null}
    />
  );
}

function OlderNote({ chatId }: { chatId: string }) {
  const { older } = useChatActions();
  const state = useChats((chats) => chats.history[chatId]);
  if (!state) return null;
  return (
    <Older>
      {state === 'loading' ? (
        <span role="status">{texts.timeline.older}</span>
      ) : (
        <PlainButton type="button" onClick={() => older(chatId)}>
          {texts.timeline.olderFailed} {texts.timeline.tryAgain}
        </PlainButton>
      )}
    </Older>
  );
}

/** Says a new message to screen readers; rows that scrolling brings into the page are not news. */
function Announcer({ entries, ownId, name }: { entries: Entries; ownId: string; name: string }) {
  const last = entries.at(entries.count - 1);
  const [first] = useState(last?.key);
  const isNews = last !== undefined && last.key !== first && last.senderId !== ownId && last.hidden === 0;
  return <Hidden aria-live="polite">{isNews ? `${name}: ${last.content}` : ''}</Hidden>;
}

function unreadFrom(chat: Chat | null, ownId: string): number | null {
  if (!chat || unreadOf(useChats.getState(), chat) === 0) return null;
  return memberOf(chat, ownId)?.read_seq ?? null;
}

function markOf(entry: Entry, chat: Chat | null, ownId: string): Mark {
  if (entry.item?.stored) return 'sent';
  if (entry.seq === null) return entry.item?.failed === undefined ? 'pending' : 'failed';
  const { seq } = entry;
  const others = chat?.members.filter((member) => member.user_id !== ownId) ?? [];
  if (others.some((member) => member.read_seq >= seq)) return 'read';
  return others.some((member) => member.delivered_seq >= seq) ? 'delivered' : 'sent';
}

/**
 * The place read up to, after which the unread divider stands: set when the chat is opened and staying there while one
 * reads. Only what comes while nobody looks moves it, to the first of that.
 */
function useDivider(chat: Chat | null, ownId: string, attention: boolean): number | null {
  const [readUpTo, setReadUpTo] = useState(() => unreadFrom(chat, ownId));
  const lastSeq = chat?.last_seq ?? 0;
  const [known, setKnown] = useState(lastSeq);
  if (lastSeq !== known) {
    setKnown(lastSeq);
    const unread = attention ? null : unreadFrom(chat, ownId);
    if (unread !== null) setReadUpTo(unread);
  }
  return readUpTo;
}

type List = ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>;

/** Opens a chat at the unread divider, else at its end. */
function useStartingPlace(list: List, readUpTo: number | null, entries: Entries, isKnown: boolean): void {
  const placed = useRef(false);
  const { count } = entries;
  useLayoutEffect(() => {
    if (placed.current || count === 0) return;
    placed.current = true;
    if (readUpTo === null || !isKnown) list.scrollToEnd({ behavior: 'auto' });
    else list.scrollToIndex(entries.indexOf(readUpTo + 1), { align: 'start' });
  }, [list, readUpTo, entries, isKnown, count]);
  // One's own message is what one wants to see, wherever one was reading.
  const last = entries.at(count - 1);
  const mine = last?.item && last.item.failed === undefined ? last.key : null;
  useEffect(() => {
    if (mine) list.scrollToEnd({ behavior: 'auto' });
  }, [list, mine]);
}

/** Keeps the end in view when the space changes: a phone's keyboard, the banner, a window made smaller. */
function useSticking(scroller: React.RefObject<HTMLDivElement | null>, list: List): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      const wasAtEnd = element.scrollHeight - element.scrollTop - height <= nearEnd;
      height = element.clientHeight;
      if (wasAtEnd) list.scrollToEnd({ behavior: 'auto' });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, list]);
}

function useOlder(chat: Chat | null, firstShown: number, hasOlder: boolean): void {
  const { older } = useChatActions();
  const chatId = chat?.chat_id;
  useEffect(() => {
    if (chatId && hasOlder && firstShown < olderFrom) older(chatId);
  }, [older, chatId, firstShown, hasOlder]);
}
