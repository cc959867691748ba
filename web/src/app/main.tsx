import '@fontsource-variable/figtree/wght.css';
import '@fontsource-variable/bricolage-grotesque/wght.css';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ChatActionsContext } from '../chats/actions';
import { useGateway } from '../gateway/gatewayStore';
import { fetchLater } from '../shared/later';
import { usePresence } from '../presence/presenceStore';
import { watchActivity } from '../presence/activity';
import { useArrival, watchForLinks } from '../identity/arrival';
import { App } from './App';
import { Client, ClientContext } from './client';
import { watchNames } from './names';
import { workerAddress } from './workerAddress';
import { theme } from './theme';
import { showUnreadOutside } from './unreadBadge';

const fetchLaterMs = 1500;

const client = new Client();
watchActivity((status) => {
  usePresence.setState({ own: status });
  client.connection.send({ type: 'STATUS', status });
});
showUnreadOutside();
watchNames();
// When there is nothing more urgent: what is fetched now opens without a network later.
const unsubscribe = useGateway.subscribe(({ phase }) => {
  if (phase !== 'live') return;
  unsubscribe();
  setTimeout(() => void fetchLater(), fetchLaterMs);
});
watchForLinks();
// Whoever comes by a link decides first who to be: no guest is made for somebody who may not want one.
if (useArrival.getState().link === null) void client.start();
// Missing on plain http in a local network; the page then needs the network to open, and nothing else changes.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  window.addEventListener(
    'load',
    () => void navigator.serviceWorker.register(workerAddress(import.meta.url)).catch(() => undefined),
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <ThemeProvider theme={theme} defaultMode="system" noSsr>
      <CssBaseline />
      <ClientContext.Provider value={client}>
        <ChatActionsContext.Provider value={client.chatActions}>
          <App />
        </ChatActionsContext.Provider>
      </ClientContext.Provider>
    </ThemeProvider>
  </StrictMode>,
);
