import { styled } from '@mui/material/styles';
import { useEffect } from 'react';
import { ChatPane } from '../chats/ChatPane';
import { conversationKey, directChatWith, peerOf, useChats } from '../chats/chatStore';
import { usePresence } from '../presence/presenceStore';
import { statusText } from '../presence/statusText';
import type { Chat } from '../protocol/entities';
import { Icon } from '../shared/Icon';
import { PlainButton } from '../shared/list';
import { goTo, type Route } from '../shared/route';
import { texts } from '../shared/texts';
import { useClient } from './client';
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

/** The right side: a chat, a chat that is being opened, or what to do when there is none. */
export function Conversation({ route, show }: { route: Route; show(name: DialogName): void }) {
  if (route.page === 'home') return <Welcome show={show} />;
  return route.page === 'chat' ? <KnownChat chatId={route.chatId} /> : <NewChat userId={route.userId} />;
}

function KnownChat({ chatId }: { chatId: string }) {
  const chat = useChats((state) => state.chats[chatId]);
  const synced = useChats((state) => state.synced);
  const ownId = useChats((state) => state.ownId);
  const { engine } = useClient();
  const missing = synced && !chat;
  useEffect(() => {
    // A chat without messages that somebody else opened is in no list, and still may be gone to.
    if (missing) void engine.history.adopt(chatId);
  }, [missing, engine, chatId]);
  if (chat)
    return <Pane chat={chat} peerId={peerOf(chat, ownId)?.user_id ?? chatId} conversation={conversationKey(chat, ownId)} />;
  return (
    <Centre>
      {synced ? (
        <>
          <h2>{texts.chats.gone}</h2>
          <p>{texts.chats.goneBody}</p>
          <PlainButton type="button" onClick={() => goTo({ page: 'home' })}>
            <Icon name="back" /> {texts.chats.back}
          </PlainButton>
        </>
      ) : (
        <p role="status">{texts.chats.loading}</p>
      )}
    </Centre>
  );
}

function NewChat({ userId }: { userId: string }) {
  const chat = useChats((state) => directChatWith(state, userId));
  const { engine } = useClient();
  const synced = useChats((state) => state.synced);
  useEffect(() => {
    if (chat) goTo({ page: 'chat', chatId: chat.chat_id });
    // After a reload, or when the connection broke before the answer.
    else if (synced) void engine.openWith(userId).catch(() => undefined);
  }, [chat, synced, engine, userId]);
  return <Pane chat={chat ?? null} peerId={userId} conversation={userId} />;
}

function Pane({ chat, peerId, conversation }: { chat: Chat | null; peerId: string; conversation: string }) {
  const user = usePresence((state) => state.users[peerId]);
  const member = chat?.members.find((one) => one.user_id === peerId);
  const name = member?.display_name ?? user?.display_name ?? texts.chats.someone;
  return (
    <ChatPane
      key={conversation}
      chat={chat}
      conversation={conversation}
      peer={{ id: peerId, name }}
      presence={{ status: user?.status ?? 'offline', text: statusText(user) }}
      back={() => goTo({ page: 'home' })}
    />
  );
}
