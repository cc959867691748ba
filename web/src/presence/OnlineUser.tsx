import { memo } from 'react';
import type { PresenceEntry } from '../protocol/entities';
import { Avatar } from '../shared/Avatar';
import { useTaggedName } from '../shared/nameTags';
import { PersonName } from '../shared/PersonName';
import { PersonRow, RowText } from '../shared/list';
import { PresenceDot } from '../shared/PresenceDot';
import { texts } from '../shared/texts';
import { statusText } from './statusText';

interface OnlineUserProps {
  user: PresenceEntry;
  selected: boolean;
  blocked: boolean;
  open(userId: string): void;
}

/** One person of the list; a click opens the chat. */
export const OnlineUser = memo(function OnlineUser({ user, selected, blocked, open }: OnlineUserProps) {
  const status = blocked ? texts.blocks.blocked : statusText(user);
  const name = useTaggedName(user.user_id, user.display_name);
  return (
    <li>
      <PersonRow
        type="button"
        data-testid="online-user"
        data-user-id={user.user_id}
        aria-label={texts.presence.talk(name, status)}
        aria-current={selected ? 'true' : undefined}
        onClick={() => open(user.user_id)}
      >
        <Avatar
          id={user.user_id}
          name={user.display_name}
          size={36}
          corner={<PresenceDot status={blocked ? 'offline' : user.status} />}
        />
        <RowText>
          <strong>
            <PersonName id={user.user_id} name={user.display_name} />
          </strong>
          <small>{status}</small>
        </RowText>
      </PersonRow>
    </li>
  );
});
