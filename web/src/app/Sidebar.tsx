import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { Suspense, useCallback, useState } from 'react';
import { ChatList } from '../chats/ChatList';
import { directChatWith, useChats } from '../chats/chatStore';
import { unopened } from '../chats/outboxItems';
import { useGateway } from '../gateway/gatewayStore';
import { useBlocks } from '../identity/blocks';
import { OwnName } from '../identity/OwnName';
import { OnlineUsers } from '../presence/OnlineUsers';
import { usePresence } from '../presence/presenceStore';
import { statusText } from '../presence/statusText';
import { Icon } from '../shared/Icon';
import { later } from '../shared/later';
import { goTo, useRoute } from '../shared/route';
import { texts } from '../shared/texts';
import { Alone } from './Alone';
import { useClient } from './client';
import { Logo } from './Logo';
import type { DialogName } from './useDialogs';

const SettingsMenu = later(() => import('./SettingsMenu'));

const Side = styled('section')(({ theme }) => ({
  display: 'grid',
  gridTemplateRows: 'auto auto minmax(0, auto) minmax(140px, 1fr)',
  minWidth: 0,
  minHeight: 0,
  borderInlineEnd: `1px solid ${theme.vars.palette.divider}`,
  background: theme.vars.palette.surface.sidebar,
  '&[data-chats=false]': { gridTemplateRows: 'auto auto minmax(140px, 1fr)' },
  '@media (max-width: 759px)': { borderInlineEnd: 0 },
}));

const Top = styled('div')({ display: 'flex', alignItems: 'center', gap: 2, minHeight: 64, padding: '0 8px 0 20px' });

const Me = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  minHeight: 68,
  margin: '0 12px 4px',
  padding: '4px 12px',
  borderRadius: 18,
  background: theme.vars.palette.surface.hover,
}));

const Half = styled('div')({ display: 'grid', minHeight: 0, maxHeight: '46dvh' });

interface SidebarProps {
  openPerson(userId: string): void;
  show(name: DialogName): void;
}

/** The list page: oneself, own chats, everybody who is here. */
export function Sidebar({ openPerson, show }: SidebarProps) {
  const client = useClient();
  const selected = useSelected();
  const ownId = useChats((state) => state.ownId);
  const hasChats = useChats((state) => Object.keys(state.chats).length > 0 || unopened(state).length > 0);
  const own = usePresence((state) => state.own);
  const live = useGateway((state) => state.phase === 'live');
  const [menu, setMenu] = useState<HTMLElement | null>(null);
  const blocked = useBlocks((state) => state.ids);
  const statusOf = useStatusOf(blocked);
  return (
    <Side aria-label={texts.sidebar.label} data-chats={hasChats}>
      <Top>
        <Logo />
        <IconButton aria-label={texts.sidebar.search} title={`${texts.sidebar.search} (Ctrl K)`} onClick={() => show('search')}>
          <Icon name="search" />
        </IconButton>
        <IconButton aria-label={texts.sidebar.share} title={texts.sidebar.share} onClick={() => show('share')}>
          <Icon name="share" />
        </IconButton>
        <IconButton
          aria-label={texts.sidebar.menu}
          title={texts.sidebar.menu}
          aria-haspopup="menu"
          onClick={(event) => setMenu(event.currentTarget)}
        >
          <Icon name="sliders" />
        </IconButton>
      </Top>
      <Me>
        <OwnName status={live ? own : 'offline'} rename={client.rename} />
      </Me>
      {hasChats && (
        <Half>
          <ChatList
            selectedId={selected.chatId}
            selectedPerson={selected.userId}
            open={openChat}
            openPerson={openPerson}
            statusOf={statusOf}
          />
        </Half>
      )}
      <OnlineUsers
        api={client.api}
        ownId={ownId}
        blocked={blocked}
        selectedId={selected.userId}
        open={openPerson}
        alone={<Alone show={show} />}
      />
      <Suspense fallback={null}>{menu && <SettingsMenu anchor={menu} close={() => setMenu(null)} show={show} />}</Suspense>
    </Side>
  );
}

const openChat = (chatId: string): void => goTo({ page: 'chat', chatId });

function useSelected(): { chatId: string | null; userId: string | null } {
  const route = useRoute();
  const chat = useChats((state) =>
    route.page === 'chat' ? state.chats[route.chatId] : route.page === 'person' ? directChatWith(state, route.userId) : undefined,
  );
  return { chatId: chat?.chat_id ?? null, userId: !chat && route.page === 'person' ? route.userId : null };
}

/** How a person stands, for the list of chats. */
function useStatusOf(blocked: ReadonlySet<string>) {
  const users = usePresence((state) => state.users);
  return useCallback(
    (userId: string) =>
      blocked.has(userId)
        ? { status: 'offline' as const, text: texts.blocks.blocked, blocked: true }
        : { status: users[userId]?.status ?? ('offline' as const), text: statusText(users[userId]), blocked: false },
    [users, blocked],
  );
}
