import { styled } from '@mui/material/styles';
import { useRef, useState } from 'react';
import { ApiError } from '../gateway/http';
import { Avatar } from '../shared/Avatar';
import { Icon } from '../shared/Icon';
import { PersonName } from '../shared/PersonName';
import { PresenceDot, type DotStatus } from '../shared/PresenceDot';
import { texts } from '../shared/texts';
import { useIdentity } from './identityStore';
import { nameProblem, tidyName } from './nameRules';

const Row = styled('div')({ display: 'flex', alignItems: 'center', gap: 12, minWidth: 0, flex: 1 });

const NameButton = styled('button')(({ theme }) => ({
  all: 'unset',
  boxSizing: 'border-box',
  minHeight: 44,
  minWidth: 0,
  display: 'flex',
  alignItems: 'center',
  gap: 6,
  cursor: 'pointer',
  borderRadius: 10,
  paddingInline: 8,
  marginInlineStart: -8,
  color: theme.vars.palette.text.primary,
  font: theme.typography.h3.font,
  ...theme.typography.h3,
  '& svg': { color: theme.vars.palette.text.faint, flexShrink: 0 },
  '&:hover': { background: theme.vars.palette.surface.hover },
  '&:focus-visible': { outline: `2px solid ${theme.vars.palette.primary.main}` },
}));

const Field = styled('input')(({ theme }) => ({
  width: '100%',
  minWidth: 0,
  height: 40,
  boxSizing: 'border-box',
  border: `1.5px solid ${theme.vars.palette.primary.main}`,
  borderRadius: 10,
  paddingInline: 10,
  background: theme.vars.palette.surface.raised,
  color: theme.vars.palette.text.primary,
  fontFamily: theme.typography.fontFamily,
  fontSize: 16,
  fontWeight: 600,
  '&[aria-invalid=true]': { borderColor: theme.vars.palette.error.main },
}));

const Note = styled('span')(({ theme }) => ({
  display: 'block',
  ...theme.typography.caption,
  color: theme.vars.palette.text.secondary,
  '&[role=alert]': { color: theme.vars.palette.error.main },
}));

interface OwnNameProps {
  status: DotStatus;
  rename(name: string): Promise<void>;
}

/** One's own name, changed where it stands: click, type, Enter. */
export function OwnName({ status, rename }: OwnNameProps) {
  const user = useIdentity((state) => state.user);
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setEditing(false);
    // The field held the focus; give it back to what opened it.
    requestAnimationFrame(() => button.current?.focus());
  };
  if (!user) return <Note>{texts.identity.arriving}</Note>;
  return (
    <Row>
      <Avatar id={user.user_id} name={user.display_name} size={40} corner={<PresenceDot status={status} />} />
      {editing ? (
        <NameField name={user.display_name} rename={rename} close={close} />
      ) : (
        <NameButton
          ref={button}
          type="button"
          data-testid="own-name"
          aria-label={texts.identity.edit(user.display_name)}
          onClick={() => setEditing(true)}
        >
          <PersonName id={user.user_id} name={user.display_name} />
          <Icon name="pencil" size={16} />
        </NameButton>
      )}
    </Row>
  );
}

function NameField({ name, rename, close }: { name: string; rename(name: string): Promise<void>; close(): void }) {
  const [value, setValue] = useState(name);
  const [problem, setProblem] = useState<string | null>(null);
  const done = useRef(false);

  const save = async (): Promise<void> => {
    const wanted = tidyName(value);
    const wrong = nameProblem(value);
    if (wrong) return setProblem(wrong);
    if (done.current) return;
    done.current = true;
    try {
      if (wanted !== name) await rename(wanted);
      close();
    } catch (error) {
      done.current = false;
      setProblem(error instanceof ApiError && error.code === 'VALIDATION' ? texts.identity.refused : texts.identity.failed);
    }
  };

  return (
    <div style={{ flex: 1, minWidth: 0 }}>
      <Field
        autoFocus
        value={value}
        dir="auto"
        data-testid="own-name-input"
        aria-label={texts.identity.field}
        aria-invalid={problem !== null}
        aria-describedby="own-name-note"
        autoComplete="off"
        maxLength={128}
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          setValue(event.target.value);
          setProblem(null);
        }}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Enter') void save();
          if (event.key === 'Escape') {
            event.stopPropagation();
            done.current = true;
            close();
          }
        }}
      />
      <Note id="own-name-note" {...(problem ? { role: 'alert' } : {})}>
        {problem ?? texts.identity.hint}
      </Note>
    </div>
  );
}
