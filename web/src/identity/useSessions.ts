import { useCallback, useEffect, useState } from 'react';
import type { IdentityApi } from '../gateway/api';
import type { Session } from '../protocol/entities';

export interface SessionsState {
  /** Null before the first answer. */
  sessions: Session[] | null;
  /** The last question was not answered; what is shown may be old. */
  failed: boolean;
  reload(): Promise<void>;
}

/** Where the user is signed in, asked again every so many milliseconds while somebody looks. */
export function useSessions(api: IdentityApi, everyMs: number): SessionsState {
  const [state, setState] = useState<Omit<SessionsState, 'reload'>>({ sessions: null, failed: false });
  const reload = useCallback(async () => {
    try {
      setState({ sessions: await api.sessions(), failed: false });
    } catch {
      setState(({ sessions }) => ({ sessions, failed: true }));
    }
  }, [api]);
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible') void reload();
    };
    look();
    const timer = setInterval(look, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [reload, everyMs]);
  return { ...state, reload };
}
