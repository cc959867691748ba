import { styled } from '@mui/material/styles';
import { memo } from 'react';
import { Avatar } from '../shared/Avatar';
import { Icon } from '../shared/Icon';
import { LinkedText } from '../shared/LinkedText';
import { Hidden } from '../shared/list';
import { useTaggedName } from '../shared/nameTags';
import { texts } from '../shared/texts';
import { dayName, exactTime, timeOfDay } from '../shared/times';
import type { Entry, Placement } from './entries';
import { FailedNote } from './FailedNote';
import { Separator } from './Separator';

export type Mark = keyof typeof texts.marks;

const Line = styled('div')({
  display: 'grid',
  gridTemplateColumns: '36px minmax(0, 1fr)',
  columnGap: 10,
  padding: '1px 0',
  '&[data-first]': { paddingTop: 8 },
  '&[data-own]': { gridTemplateColumns: 'minmax(0, 1fr)', justifyItems: 'end' },
});

const Bubble = styled('div')(({ theme }) => ({
  position: 'relative',
  // Holds the floating time also where it has a line of its own.
  display: 'flow-root',
  width: 'fit-content',
  maxWidth: 'min(100%, 560px)',
  boxSizing: 'border-box',
  padding: '7px 13px 8px',
  borderRadius: 18,
  background: theme.vars.palette.bubble.other,
  color: theme.vars.palette.bubble.otherText,
  ...theme.typography.body1,
  boxShadow: '0 1px 1px rgb(15 40 32 / 5%)',
  overflowWrap: 'anywhere',
  whiteSpace: 'pre-wrap',
  '[data-own] > &': {
    background: theme.vars.palette.bubble.own,
    color: theme.vars.palette.bubble.ownText,
    maxWidth: 'min(84%, 560px)',
  },
  ':not([data-own]) > div > &[data-first]': { borderStartStartRadius: 6 },
  '[data-own] > &[data-last]': { borderEndEndRadius: 6 },
  '&[data-mark=pending] > [dir]': { opacity: 0.72 },
  '&[data-mark=failed]': { boxShadow: `inset 0 0 0 1.5px ${theme.vars.palette.error.main}` },
  '& a': { color: 'inherit', textDecorationThickness: 1, textUnderlineOffset: 3 },
}));

const Meta = styled('span')(({ theme }) => ({
  float: 'inline-end',
  display: 'inline-flex',
  alignItems: 'center',
  gap: 3,
  margin: '7px -4px -3px 12px',
  fontSize: '0.6875rem',
  lineHeight: '16px',
  whiteSpace: 'nowrap',
  userSelect: 'none',
  fontVariantNumeric: 'tabular-nums',
  color: theme.vars.palette.text.faint,
  '[data-own] &': { color: theme.vars.palette.bubble.quiet },
  '&[data-mark=read]': { color: theme.vars.palette.primary.main },
  '&[data-mark=failed]': { color: theme.vars.palette.error.main },
}));

const markIcons = { pending: 'clock', sent: 'check', delivered: 'checks', read: 'checks', failed: 'alert' } as const;

interface MessageRowProps extends Placement {
  entry: Entry;
  own: boolean;
  name: string;
  /** What became of an own message; null for those of others. */
  mark: Mark | null;
}

/** One message, with the separators that stand before it. */
export const MessageRow = memo(function MessageRow({ entry, own, name, mark, day, divider, first, last }: MessageRowProps) {
  const flags = { ...(first && { 'data-first': '' }), ...(last && { 'data-last': '' }) };
  const label = useTaggedName(entry.senderId, name);
  const failed = entry.item?.failed;
  const bubble = (
    <Bubble {...flags} data-mark={mark ?? undefined}>
      <Hidden>{own ? `${texts.identity.you}: ` : `${label}: `}</Hidden>
      <span dir="auto" style={{ unicodeBidi: 'plaintext' }}>
        {entry.deleted ? <em>{texts.chats.deleted}</em> : <LinkedText text={entry.content} />}
      </span>
      <Meta data-mark={mark ?? undefined}>
        {entry.edited && <span>{texts.timeline.edited}</span>}
        <time dateTime={entry.time} title={exactTime(entry.time)}>
          {timeOfDay(entry.time)}
        </time>
        {mark && (
          <>
            <span title={texts.marks[mark]} style={{ display: 'inline-flex' }}>
              <Icon name={markIcons[mark]} size={15} />
            </span>
            <Hidden data-testid="message-mark">{texts.marks[mark]}</Hidden>
          </>
        )}
      </Meta>
    </Bubble>
  );
  return (
    <>
      {day && <Separator>{dayName(entry.time)}</Separator>}
      {divider && (
        <Separator data-new="" data-testid="unread-divider">
          {texts.timeline.unread}
        </Separator>
      )}
      <Line
        data-testid="message"
        data-message-id={entry.key}
        data-seq={entry.seq ?? undefined}
        {...flags}
        {...(own && { 'data-own': '' })}
      >
        {own ? bubble : <Theirs entry={entry} name={name} first={first} bubble={bubble} />}
        {failed !== undefined && <FailedNote messageId={entry.key} code={failed} />}
      </Line>
    </>
  );
});

function Theirs({ entry, name, first, bubble }: { entry: Entry; name: string; first: boolean; bubble: React.ReactNode }) {
  return (
    <>
      <span>{first && <Avatar id={entry.senderId} name={name} size={36} />}</span>
      <div style={{ minWidth: 0, paddingInlineEnd: 36 }}>{bubble}</div>
    </>
  );
}
