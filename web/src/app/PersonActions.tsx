import IconButton from '@mui/material/IconButton';
import { Suspense, useState } from 'react';
import { blockPerson, unblockPerson, useBlocks } from '../identity/blocks';
import { Icon } from '../shared/Icon';
import { later } from '../shared/later';
import { useTaggedName } from '../shared/nameTags';
import { texts } from '../shared/texts';
import { useClient } from './client';

const PersonMenu = later(() => import('./PersonMenu'));
const BlockDialog = later(() => import('../identity/BlockDialog'));

/** What one can do about a person beside talking to them. */
export function PersonActions({ userId, name }: { userId: string; name: string }) {
  const { api } = useClient();
  const label = useTaggedName(userId, name);
  const isBlocked = useBlocks((state) => state.ids.has(userId));
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [isAsking, setAsking] = useState(false);
  const choose = (): void => {
    setAnchor(null);
    if (isBlocked) void unblockPerson(api, userId);
    else setAsking(true);
  };
  return (
    <>
      <IconButton
        aria-label={texts.blocks.more(label)}
        title={texts.blocks.more(label)}
        aria-haspopup="menu"
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <Icon name="more" />
      </IconButton>
      <Suspense fallback={null}>
        {anchor && (
          <PersonMenu anchor={anchor} name={label} isBlocked={isBlocked} choose={choose} close={() => setAnchor(null)} />
        )}
        {isAsking && <BlockDialog name={label} close={() => setAsking(false)} block={() => blockPerson(api, userId)} />}
      </Suspense>
    </>
  );
}
