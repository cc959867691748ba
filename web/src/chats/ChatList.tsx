import { styled } from '@mui/material/styles';
import { memo, useMemo } from 'react';
import type { Chat, Message } from '../protocol/entities';
import { Avatar } from '../shared/Avatar';
import { Icon } from '../shared/Icon';
import { PersonName } from '../shared/PersonName';
import { Hidden, ListHeading, ListRegion, PersonRow, RowText } from '../shared/list';
import { PresenceDot, type DotStatus } from '../shared/PresenceDot';
import { texts } from '../shared/texts';
import { listTime } from '../shared/times';
import { conversationKey, peerOf, sortedChats, unreadOf, useChats, type OutboxItem } from './chatStore';
import { lastShown } from './hidden';
import { conversationOf, unopened } from './outboxItems';

const Side = styled('span')(({ theme }) => ({
  display: 'grid',
  justifyItems: 'end',
  alignSelf: 'stretch',
  alignContent: 'space-between',
  gap: 3,
  ...theme.typography.caption,
  color: theme.vars.palette.text.faint,
  fontVariantNumeric: 'tabular-nums',
}));

const Badge = styled('span')(({ theme }) => ({
  minWidth: 20,
  height: 20,
  padding: '0 6px',
  boxSizing: 'border-box',
  borderRadius: 10,
  display: 'grid',
  placeItems: 'center',
  fontWeight: 700,
  fontSize: '0.75rem',
  background: theme.vars.palette.signal.main,
  color: theme.vars.palette.signal.text,
}));

const Draft = styled('em')(({ theme }) => ({ fontStyle: 'normal', fontWeight: 600, color: theme.vars.palette.signal.main }));

const Failed = styled(Draft)(({ theme }) => ({ color: theme.vars.palette.error.main }));

const Waiting = styled('span')({ '& svg': { verticalAlign: '-2px', marginInlineEnd: 4 } });

interface ChatListProps {
  selectedId: string | null;
  /** Whose chat is open while there is none yet. */
  selectedPerson: string | null;
  open(chatId: string): void;
  openPerson(userId: string): void;
  statusOf(userId: string): { status: DotStatus; text: string; blocked: boolean };
}

/** Own chats, the latest change first, with what is unread; before them what waits for a first chat with somebody. */
export function ChatList({ selectedId, selectedPerson, open, openPerson, statusOf }: ChatListProps) {
  const chats = useChats((state) => state.chats);
  const outbox = useChats((state) => state.outbox);
  const ownId = useChats((state) => state.ownId);
  const sorted = useMemo(() => sortedChats(chats), [chats]);
  const coming = useMemo(() => unopened({ chats, outbox, ownId }), [chats, outbox, ownId]);
  if (sorted.length + coming.length === 0) return null;
  return (
    <ListRegion aria-label={texts.chats.region}>
      <ListHeading>
        <h2>{texts.chats.heading}</h2>
      </ListHeading>
      <ul>
        {coming.map(({ userId, item }) => {
          const name = item.name ?? texts.chats.someone;
          const { status } = statusOf(userId);
          return (
            <li key={userId}>
              <PersonRow
                type="button"
                data-testid="chat-list-item"
                aria-current={userId === selectedPerson ? 'true' : undefined}
                onClick={() => openPerson(userId)}
              >
                <Avatar id={userId} name={name} size={44} corner={<PresenceDot status={status} />} />
                <RowText>
                  <strong>
                    <PersonName id={userId} name={name} />
                  </strong>
                  <small dir="auto">
                    <OnItsWay item={item} />
                  </small>
                </RowText>
              </PersonRow>
            </li>
          );
        })}
        {sorted.map((chat) => (
          <ChatListItem key={chat.chat_id} chat={chat} selected={chat.chat_id === selectedId} open={open} statusOf={statusOf} />
        ))}
      </ul>
    </ListRegion>
  );
}

interface ItemProps extends Pick<ChatListProps, 'open' | 'statusOf'> {
  chat: Chat;
  selected: boolean;
}

const ChatListItem = memo(function ChatListItem({ chat, selected, open, statusOf }: ItemProps) {
  const ownId = useChats((state) => state.ownId);
  const unread = useChats((state) => unreadOf(state, chat));
  const last = useChats((state) => lastShown(state, chat));
  const peer = peerOf(chat, ownId);
  const name = peer?.display_name ?? texts.chats.someone;
  const { status, text, blocked } = statusOf(peer?.user_id ?? '');
  return (
    <li>
      <PersonRow
        type="button"
        data-testid="chat-list-item"
        data-chat-id={chat.chat_id}
        aria-current={selected ? 'true' : undefined}
        onClick={() => open(chat.chat_id)}
      >
        <Avatar id={peer?.user_id ?? chat.chat_id} name={name} size={44} corner={<PresenceDot status={status} />} />
        <RowText>
          <strong>
            <PersonName id={peer?.user_id ?? chat.chat_id} name={name} />
          </strong>
          <Hidden>{text}. </Hidden>
          <small dir="auto" style={unread > 0 ? { fontWeight: 600 } : undefined}>
            {blocked ? texts.blocks.blocked : <Preview chat={chat} ownId={ownId} last={last} />}
          </small>
        </RowText>
        <Side>
          {last ? <span>{listTime(last.sent_at)}</span> : <span />}
          {unread > 0 && (
            <Badge data-testid="unread-badge">
              <span aria-hidden>{unread > 99 ? '99+' : unread}</span>
              <Hidden>{texts.chats.unread(unread)}</Hidden>
            </Badge>
          )}
        </Side>
      </PersonRow>
    </li>
  );
});

function Preview({ chat, ownId, last }: { chat: Chat; ownId: string; last: Message | null }) {
  const key = conversationKey(chat, ownId);
  const draft = useChats((state) => state.drafts[key]);
  const isTyping = useChats((state) => (state.typing[chat.chat_id]?.length ?? 0) > 0);
  const ofChat = (failed: boolean) => (state: ReturnType<typeof useChats.getState>) =>
    state.outbox.findLast((item) => (item.failed !== undefined) === failed && conversationOf(state, item) === key);
  const failed = useChats(ofChat(true));
  const waiting = useChats(ofChat(false));
  // What needs the person comes before what only tells them something.
  if (failed) return <OnItsWay item={failed} />;
  if (isTyping) return texts.chats.typing;
  if (draft)
    return (
      <>
        <Draft>{texts.chats.draft}</Draft> {draft}
      </>
    );
  if (waiting) return <OnItsWay item={waiting} />;
  if (!last) return chat.last_message ? texts.chats.hidden(1) : texts.chats.empty;
  if (last.deleted_at) return texts.chats.deleted;
  return last.sender_id === ownId ? texts.chats.mine(last.content) : last.content;
}

function OnItsWay({ item }: { item: OutboxItem }) {
  if (item.failed !== undefined) {
    return (
      <>
        <Failed>{texts.chats.notSent}</Failed> {item.content}
      </>
    );
  }
  if (item.stored) return texts.chats.mine(item.content);
  return (
    <Waiting>
      <Icon name="clock" size={14} />
      <Hidden>{texts.marks.pending}. </Hidden>
      {texts.chats.mine(item.content)}
    </Waiting>
  );
}
