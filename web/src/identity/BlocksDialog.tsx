import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import { styled } from '@mui/material/styles';
import { useEffect, useRef, useState } from 'react';
import type { IdentityApi } from '../gateway/api';
import type { Block } from '../protocol/entities';
import { Avatar } from '../shared/Avatar';
import { DialogBody, DialogTop } from '../shared/DialogTop';
import { Hidden } from '../shared/list';
import { useTaggedName } from '../shared/nameTags';
import { PersonName } from '../shared/PersonName';
import { texts } from '../shared/texts';
import { dayAndTime } from '../shared/times';
import { loadBlocks, unblockPerson, useBlocks } from './blocks';

const List = styled('ul')(({ theme }) => ({
  listStyle: 'none',
  margin: 0,
  padding: 0,
  '& > li': { display: 'flex', alignItems: 'center', gap: 12, minHeight: 60 },
  '& > li + li': { borderTop: `1px solid ${theme.vars.palette.divider}` },
  '& div': { flex: 1, minWidth: 0 },
  '& b': { ...theme.typography.body1, fontWeight: 600 },
  '& small': { ...theme.typography.caption, fontSize: '0.8125rem', color: theme.vars.palette.text.secondary },
}));

/** Whom one has blocked, and the way back. */
export default function BlocksDialog({ api, close }: { api: IdentityApi; close(): void }) {
  const { people, known, failed, problem } = useBlocks();
  const [news, setNews] = useState('');
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => void loadBlocks(api), [api]);
  const unblock = async (block: Block, name: string): Promise<void> => {
    if (!(await unblockPerson(api, block.user_id))) return;
    setNews(texts.blocks.undone(name));
    // The button that was pressed is gone with its row, and perhaps the whole list.
    body.current?.focus();
  };
  return (
    <Dialog open onClose={close} maxWidth="xs" fullWidth aria-labelledby="blocks-title">
      <DialogTop id="blocks-title" title={texts.blocks.title} close={close} />
      <DialogBody ref={body} tabIndex={-1} style={{ outline: 'none' }}>
        {!known && !failed && <p role="status">{texts.blocks.loading}</p>}
        {failed && <p role="alert">{texts.blocks.listFailed}</p>}
        {problem !== null && <p role="alert">{texts.blocks.failed}</p>}
        {people.length > 0 && (
          <List aria-label={texts.blocks.title}>
            {people.map((block) => (
              <BlockRow key={block.user_id} block={block} unblock={unblock} />
            ))}
          </List>
        )}
        {known && people.length === 0 && <p>{texts.blocks.none}</p>}
        <Hidden role="status">{news}</Hidden>
      </DialogBody>
    </Dialog>
  );
}

function BlockRow({ block, unblock }: { block: Block; unblock(block: Block, name: string): Promise<void> }) {
  const name = useTaggedName(block.user_id, block.display_name);
  return (
    <li data-testid="blocked-person" data-user-id={block.user_id}>
      <Avatar id={block.user_id} name={block.display_name} size={40} />
      <div>
        <b>
          <PersonName id={block.user_id} name={block.display_name} />
        </b>
        <small>{texts.blocks.since(dayAndTime(block.blocked_at))}</small>
      </div>
      <Button aria-label={texts.blocks.unblock(name)} onClick={() => void unblock(block, name)}>
        {texts.blocks.noteUnblock}
      </Button>
    </li>
  );
}
