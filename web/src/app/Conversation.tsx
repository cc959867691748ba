import { styled } from '@mui/material/styles';
import { useEffect, useState } from 'react';
import { ChatPane } from '../chats/ChatPane';
import { conversationKey, directChatWith, peerOf, useChats } from '../chats/chatStore';
import { BlockedNote } from '../identity/BlockedNote';
import { unblockPerson, useBlocks } from '../identity/blocks';
import { usePresence } from '../presence/presenceStore';
import { statusText } from '../presence/statusText';
import type { Chat } from '../protocol/entities';
import { Icon } from '../shared/Icon';
import { useTaggedName } from '../shared/nameTags';
import { PlainButton } from '../shared/list';
import { goTo, type Route } from '../shared/route';
import { texts } from '../shared/texts';
import { useClient } from './client';
import { PersonActions } from './PersonActions';
import type { DialogName } from './useDialogs';
import { Welcome } from './Welcome';

const Centre = styled('section')(({ theme }) => ({
  display: 'grid',
  placeContent: 'center',
  justifyItems: 'center',
  gap: 8,
  padding: 24,
  textAlign: 'center',
  color: theme.vars.palette.text.secondary,
  '& h2': { ...theme.typography.h2, margin: 0, color: theme.vars.palette.text.primary },
  '& p': { ...theme.typography.body1, margin: 0, maxWidth: '38ch' },
}));

type TalkRoute = Exclude<Route, { page: 'home' }>;

/** The right side: a chat, a chat that is being opened, or what to do when there is none. */
export function Conversation({ route, show }: { route: Route; show(name: DialogName): void }) {
  return route.page === 'home' ? <Welcome show={show} /> : <Talk route={route} />;
}

/**
 * One component for a chat and for one that is being opened: when the answer comes, the pane stays as it is, and with it
 * what is being typed that very moment.
 */
function Talk({ route }: { route: TalkRoute }) {
  const chat = useChats((state) => (route.page === 'chat' ? state.chats[route.chatId] : directChatWith(state, route.userId)));
  const ownId = useChats((state) => state.ownId);
  const knownPeer = useKnownPeer(route, chat && peerOf(chat, ownId)?.user_id);
  useOpening(route, chat, knownPeer);
  if (route.page === 'chat' && !chat && knownPeer === null) return <Missing />;
  const peerId = chat
    ? (peerOf(chat, ownId)?.user_id ?? chat.chat_id)
    : route.page === 'person'
      ? route.userId
      : (knownPeer ?? '');
  return <Pane chat={chat ?? null} peerId={peerId} conversation={chat ? conversationKey(chat, ownId) : peerId} />;
}

/** Whom the chat of this address was with: a restored backup may not have the chat any more, and still has the person. */
function useKnownPeer(route: TalkRoute, peer: string | undefined): string | null {
  const address = route.page === 'chat' ? route.chatId : route.userId;
  const [known, setKnown] = useState<{ address: string; peer: string } | null>(null);
  if (peer !== undefined && (known?.address !== address || known.peer !== peer)) setKnown({ address, peer });
  return peer ?? (known?.address === address ? known.peer : null);
}

/** Opens what the address names, and moves to the chat's own address once there is one. */
function useOpening(route: TalkRoute, chat: Chat | undefined, knownPeer: string | null): void {
  const synced = useChats((state) => state.synced);
  const { engine } = useClient();
  const isPerson = route.page === 'person';
  const target = isPerson ? route.userId : route.chatId;
  const chatId = chat?.chat_id;
  useEffect(() => {
    if (isPerson && chatId) {
      goTo({ page: 'chat', chatId });
    } else if (!isPerson && synced && !chatId && knownPeer) {
      goTo({ page: 'person', userId: knownPeer });
    } else if (synced && !chatId) {
      // A chat without messages that somebody else opened is in no list; a person's address may have been loaded anew.
      if (isPerson) void engine.openWith(target).catch(() => undefined);
      else void engine.history.adopt(target);
    }
  }, [isPerson, target, chatId, synced, engine, knownPeer]);
}

function Missing() {
  const synced = useChats((state) => state.synced);
  if (!synced) {
    return (
      <Centre>
        <p role="status">{texts.chats.loading}</p>
      </Centre>
    );
  }
  return (
    <Centre>
      <h2>{texts.chats.gone}</h2>
      <p>{texts.chats.goneBody}</p>
      <PlainButton type="button" onClick={() => goTo({ page: 'home' })}>
        <Icon name="back" /> {texts.chats.back}
      </PlainButton>
    </Centre>
  );
}

function Pane({ chat, peerId, conversation }: { chat: Chat | null; peerId: string; conversation: string }) {
  const user = usePresence((state) => state.users[peerId]);
  const written = useChats((state) => state.outbox.find((item) => 'to' in item.target && item.target.to === peerId)?.name);
  const member = chat?.members.find((one) => one.user_id === peerId);
  const name = member?.display_name ?? user?.display_name ?? written ?? texts.chats.someone;
  const { api } = useClient();
  const isBlocked = useBlocks((state) => state.ids.has(peerId));
  const label = useTaggedName(peerId, name);
  const blocked = <BlockedNote userId={peerId} name={label} unblock={() => void unblockPerson(api, peerId)} />;
  return (
    <ChatPane
      key={conversation}
      chat={chat}
      conversation={conversation}
      peer={{ id: peerId, name }}
      presence={
        isBlocked
          ? { status: 'offline', text: texts.blocks.blocked }
          : { status: user?.status ?? 'offline', text: statusText(user) }
      }
      actions={<PersonActions userId={peerId} name={name} />}
      instead={isBlocked ? blocked : null}
      back={() => goTo({ page: 'home' })}
    />
  );
}
