import { styled } from '@mui/material/styles';
import { PlainButton } from '../shared/list';
import { texts } from '../shared/texts';

const Row = styled('div')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  justifyContent: 'flex-end',
  ...theme.typography.caption,
  color: theme.vars.palette.error.main,
  '& button': { ...theme.typography.subtitle2, padding: '0 10px' },
}));

const reasons: Record<string, string> = texts.failures;

/** Why an own message was not taken, and what can be done about it. */
export function FailedNote({ code, retry, remove }: { code: string; retry(): void; remove(): void }) {
  return (
    <Row role="alert">
      <span>{reasons[code] ?? texts.failures.otherwise}</span>
      <PlainButton type="button" onClick={retry}>
        {texts.failures.retry}
      </PlainButton>
      <PlainButton type="button" onClick={remove}>
        {texts.failures.remove}
      </PlainButton>
    </Row>
  );
}
