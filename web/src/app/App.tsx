import { styled } from '@mui/material/styles';
import { Suspense, useCallback } from 'react';
import { ConnectionBanner } from '../gateway/ConnectionBanner';
import { useGateway } from '../gateway/gatewayStore';
import { useArrival } from '../identity/arrival';
import { useIdentity } from '../identity/identityStore';
import { later } from '../shared/later';
import { goTo, useRoute } from '../shared/route';
import { useClient } from './client';
import { AccountDialogs } from './AccountDialogs';
import { Conversation } from './Conversation';
import { Sidebar } from './Sidebar';
import { Stopped } from './Stopped';
import { useDialogs } from './useDialogs';
import { useThemeColour } from './useThemeColour';
import { useKeys } from './useKeys';

const LinkArrival = later(() => import('../identity/LinkArrival'));
const ShareDialog = later(() => import('./ShareDialog'));
const KeysDialog = later(() => import('./KeysDialog'));
const SearchDialog = later(() => import('./SearchDialog'));

const Page = styled('div')({
  display: 'flex',
  flexDirection: 'column',
  // dvh follows the keyboard of a phone, so the composer stays above it.
  height: '100dvh',
});

const Columns = styled('main')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'clamp(300px, 28vw, 360px) minmax(0, 1fr)',
  gridTemplateRows: 'minmax(0, 1fr)',
  flex: 1,
  minHeight: 0,
  background: theme.vars.palette.surface.canvas,
  // A phone shows the list or the chat, each as a page of its own.
  '@media (max-width: 759px)': {
    gridTemplateColumns: 'minmax(0, 1fr)',
    '&[data-page=home] > section:last-of-type, &:not([data-page=home]) > section:first-of-type': { display: 'none' },
  },
}));

/** The whole page. */
export function App() {
  const client = useClient();
  const route = useRoute();
  const { user, leaving } = useIdentity();
  const link = useArrival((state) => state.link);
  const stopReason = useGateway((state) => state.stopReason);
  const { dialog, show, close } = useDialogs();
  const openPerson = useOpenPerson();
  useKeys(show, dialog !== null || link !== null);
  useThemeColour();
  if (link !== null) {
    const decline = (): void => {
      useArrival.setState({ link: null });
      void client.start();
    };
    return (
      <Suspense fallback={null}>
        <LinkArrival link={link} decline={decline} accept={client.takeOver} />
      </Suspense>
    );
  }
  if (stopReason && !leaving) return <Stopped reason={stopReason} ownId={user?.user_id ?? null} />;
  return (
    <Page>
      <ConnectionBanner tryNow={client.connection.tryNow} />
      <Columns data-page={route.page}>
        <Sidebar openPerson={openPerson} show={show} />
        <Conversation route={route} show={show} />
      </Columns>
      <Suspense fallback={null}>
        {dialog === 'share' && <ShareDialog close={close} />}
        {dialog === 'keys' && <KeysDialog close={close} />}
        {dialog === 'search' && <SearchDialog close={close} openPerson={openPerson} />}
        <AccountDialogs dialog={dialog} show={show} close={close} />
      </Suspense>
    </Page>
  );
}

function useOpenPerson(): (userId: string) => void {
  const client = useClient();
  return useCallback(
    (userId: string) => {
      goTo({ page: 'person', userId });
      void client.engine
        .openWith(userId)
        .then((chat) => chat && goTo({ page: 'chat', chatId: chat.chat_id }))
        // Offline: the pane is there, one can write, and the message opens the chat when it is sent.
        .catch(() => undefined);
    },
    [client],
  );
}
