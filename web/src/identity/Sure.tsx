import Button, { type ButtonProps } from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useEffect, useRef, useState } from 'react';
import { texts } from '../shared/texts';

const Question = styled('div')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  gap: '4px 8px',
  width: '100%',
  boxSizing: 'border-box',
  padding: '6px 6px 6px 14px',
  borderRadius: 14,
  background: theme.vars.palette.surface.hover,
  '& > span': { flex: '1 1 150px', ...theme.typography.body2, fontWeight: 600 },
  '& > div': { display: 'flex', marginInlineStart: 'auto' },
  '& button': { paddingInline: 12 },
}));

const Problem = styled('p')({ flexBasis: '100%' });

interface SureProps extends Pick<ButtonProps, 'variant' | 'aria-label'> {
  label: string;
  question: string;
  answer: string;
  act(): Promise<void>;
  /** Told when the question is shown and when it is gone. */
  asking?(is: boolean): void;
}

/** A button that asks once more in its own place before it does what can't be undone, and says so when it failed. */
export function Sure({ label, question, answer, act, asking, ...button }: SureProps) {
  const [state, setState] = useState<'idle' | 'asking' | 'working' | 'failed'>('idle');
  const opener = useRef<HTMLButtonElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const isAsking = state !== 'idle';
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking !== wasAsking.current) (isAsking ? cancel : opener).current?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  const become = (next: typeof state): void => {
    setState(next);
    asking?.(next !== 'idle');
  };
  const go = async (): Promise<void> => {
    become('working');
    try {
      await act();
      become('idle');
    } catch {
      become('failed');
    }
  };
  if (!isAsking)
    return (
      <Button ref={opener} color="error" {...button} onClick={() => become('asking')}>
        {label}
      </Button>
    );
  return (
    <Question role="group" aria-label={question}>
      <span>{question}</span>
      <div>
        <Button ref={cancel} onClick={() => become('idle')}>
          {texts.sessions.cancel}
        </Button>
        <Button color="error" disabled={state === 'working'} onClick={() => void go()}>
          {answer}
        </Button>
      </div>
      {state === 'failed' && <Problem role="alert">{texts.sessions.notDone}</Problem>}
    </Question>
  );
}
