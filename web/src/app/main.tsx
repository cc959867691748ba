import '@fontsource-variable/figtree/wght.css';
import '@fontsource-variable/bricolage-grotesque/wght.css';
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ChatActionsContext } from '../chats/actions';
import { usePresence } from '../presence/presenceStore';
import { watchActivity } from '../presence/activity';
import { App } from './App';
import { Client, ClientContext } from './client';
import { theme } from './theme';
import { showUnreadOutside } from './unreadBadge';

const client = new Client();
watchActivity((status) => {
  usePresence.setState({ own: status });
  client.connection.send({ type: 'STATUS', status });
});
showUnreadOutside();
void client.start();
// Missing on plain http in a local network; the page then needs the network to open, and nothing else changes.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => void navigator.serviceWorker.register('./sw.js').catch(() => undefined));
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
