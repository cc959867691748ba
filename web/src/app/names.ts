import { useChats } from '../chats/chatStore';
import { useBlocks } from '../identity/blocks';
import { useIdentity } from '../identity/identityStore';
import { useDirectory } from '../presence/directory';
import { usePresence } from '../presence/presenceStore';
import { noteNames } from '../shared/nameTags';

/** Looks at every name that comes to be shown, so that two that look the same are told apart wherever they stand. */
export function watchNames(): void {
  const ofChats = (): void => noteNames(Object.values(useChats.getState().chats).flatMap((chat) => chat.members));
  const ofOneself = (): void => {
    const { user } = useIdentity.getState();
    if (user) noteNames([user]);
  };
  useChats.subscribe((state, before) => state.chats !== before.chats && ofChats());
  usePresence.subscribe(({ users }, before) => users !== before.users && noteNames(Object.values(users)));
  useDirectory.subscribe(({ users }, before) => users !== before.users && noteNames(users));
  useIdentity.subscribe(ofOneself);
  useBlocks.subscribe(({ people }, before) => people !== before.people && noteNames(people));
  ofChats();
  noteNames(useBlocks.getState().people);
  ofOneself();
}
