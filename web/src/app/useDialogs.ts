import { useCallback, useRef, useState } from 'react';

export type DialogName = 'share' | 'keys' | 'search' | 'sessions' | 'link' | 'signOut' | 'blocks';

/** Which dialog is open. Closing gives the focus back to what had it, also when the dialog's code came late. */
export function useDialogs(): { dialog: DialogName | null; show(name: DialogName): void; close(): void } {
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const opener = useRef<Element | null>(null);
  const show = useCallback((name: DialogName) => {
    opener.current = document.activeElement;
    setDialog(name);
  }, []);
  const close = useCallback(() => {
    setDialog(null);
    requestAnimationFrame(() => {
      if (document.activeElement === document.body && opener.current instanceof HTMLElement) opener.current.focus();
    });
  }, []);
  return { dialog, show, close };
}
