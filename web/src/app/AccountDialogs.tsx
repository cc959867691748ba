import { useChats } from '../chats/chatStore';
import { later } from '../shared/later';
import { useClient } from './client';
import type { DialogName } from './useDialogs';

const SessionsDialog = later(() => import('../identity/SessionsDialog'));
const BlocksDialog = later(() => import('../identity/BlocksDialog'));
const LinkDialog = later(() => import('../identity/LinkDialog'));
const SignOutDialog = later(() => import('../identity/SignOutDialog'));

interface AccountDialogsProps {
  dialog: DialogName | null;
  show(name: DialogName): void;
  close(): void;
}

/** The dialogs about oneself; some lead to each other. */
export function AccountDialogs({ dialog, show, close }: AccountDialogsProps) {
  const { api, signOut } = useClient();
  const unsent = useChats((state) => state.outbox.filter((item) => !item.stored).length);
  const link = (): void => show('link');
  if (dialog === 'sessions') return <SessionsDialog api={api} close={close} link={link} signOut={() => show('signOut')} />;
  if (dialog === 'link') return <LinkDialog api={api} close={close} />;
  if (dialog === 'blocks') return <BlocksDialog api={api} close={close} />;
  if (dialog === 'signOut') return <SignOutDialog api={api} unsent={unsent} close={close} link={link} signOut={signOut} />;
  return null;
}
