import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import type { ReactNode } from 'react';
import type { Chat } from '../protocol/entities';
import { Avatar } from '../shared/Avatar';
import { Icon } from '../shared/Icon';
import { PresenceDot, type DotStatus } from '../shared/PresenceDot';
import { useTaggedName } from '../shared/nameTags';
import { PersonName } from '../shared/PersonName';
import { texts } from '../shared/texts';
import { Composer } from './Composer';
import { Timeline } from './Timeline';
import { TypingLine } from './TypingLine';
import { UnkeptNote } from './UnkeptNote';

const Pane = styled('section')(({ theme }) => ({
  display: 'grid',
  gridTemplateRows: 'auto minmax(0, 1fr) auto auto',
  height: '100%',
  minWidth: 0,
  minHeight: 0,
  background: theme.vars.palette.surface.canvas,
}));

const Header = styled('header')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  minHeight: 64,
  padding: '0 20px',
  boxSizing: 'border-box',
  borderBottom: `1px solid ${theme.vars.palette.divider}`,
  background: theme.vars.palette.surface.sidebar,
  '& h1': { ...theme.typography.h3, margin: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  '& p': { ...theme.typography.caption, margin: 0, color: theme.vars.palette.text.secondary },
  '& > div': { minWidth: 0, flex: 1 },
  '@media (max-width: 759px)': { padding: '0 12px 0 4px', gap: 8 },
}));

const Back = styled(IconButton)({ '@media (min-width: 760px)': { display: 'none' } });

interface ChatPaneProps {
  /** Null while the chat with `peer` is being opened; one can write already. */
  chat: Chat | null;
  conversation: string;
  peer: { id: string; name: string };
  presence: { status: DotStatus; text: string };
  /** What one can do about the person, at the end of the header. */
  actions: ReactNode;
  /** Stands where one would write, when one may not or does not want to. */
  instead: ReactNode;
  back(): void;
}

/** One conversation: who it is with, what was said, and where one writes. */
export function ChatPane({ chat, conversation, peer, presence, actions, instead, back }: ChatPaneProps) {
  // By the person, also where the chat is known: a restored backup may not have the chat any more, and has the person.
  const target = chat && chat.kind !== 'direct' ? { chat_id: chat.chat_id } : { to: peer.id };
  // In sentences and to screen readers too, two people of one name are told apart.
  const name = useTaggedName(peer.id, peer.name);
  return (
    <Pane aria-label={texts.chats.open(name)} data-testid="chat-pane">
      <Header>
        <Back aria-label={texts.chats.back} onClick={back}>
          <Icon name="back" size={24} />
        </Back>
        <Avatar id={peer.id} name={peer.name} size={40} corner={<PresenceDot status={presence.status} />} />
        <div>
          <h1>
            <PersonName id={peer.id} name={peer.name} />
          </h1>
          <p>{presence.text}</p>
        </div>
        {actions}
      </Header>
      <Timeline key={chat?.chat_id ?? conversation} chat={chat} conversation={conversation} peerName={peer.name} />
      <TypingLine chatId={instead ? null : (chat?.chat_id ?? null)} name={name} />
      <div>
        <UnkeptNote />
        {instead ?? <Composer target={target} chatId={chat?.chat_id ?? null} conversation={conversation} name={peer.name} />}
      </div>
    </Pane>
  );
}
