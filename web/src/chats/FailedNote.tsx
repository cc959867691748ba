import { styled } from '@mui/material/styles';
import { PlainButton } from '../shared/list';
import { texts } from '../shared/texts';
import { useChatActions } from './actions';

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
/** Refusals that the same text will always meet: another one may pass. */
const aboutTheText = new Set(['VALIDATION', 'TOO_LARGE']);

/** Why an own message was not taken, and what can be done about it. */
export function FailedNote({ messageId, code }: { messageId: string; code: string }) {
  const { retry, edit, remove } = useChatActions();
  const again = aboutTheText.has(code) ? { label: texts.failures.edit, act: edit } : { label: texts.failures.retry, act: retry };
  return (
    <Row role="alert" data-testid="failed-note">
      <span>{reasons[code] ?? texts.failures.otherwise}</span>
      <PlainButton type="button" onClick={() => again.act(messageId)}>
        {again.label}
      </PlainButton>
      <PlainButton type="button" onClick={() => remove(messageId)}>
        {texts.failures.remove}
      </PlainButton>
    </Row>
  );
}
