import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useEffect, useRef, useState } from 'react';
import { Avatar } from '../shared/Avatar';
import { texts } from '../shared/texts';
import type { Arrival } from './arrival';
import { useIdentity } from './identityStore';
import type { DeviceLink } from './link';

const Page = styled('main')(({ theme }) => ({
  minHeight: '100dvh',
  boxSizing: 'border-box',
  display: 'grid',
  placeContent: 'center',
  justifyItems: 'center',
  gap: 12,
  padding: 24,
  textAlign: 'center',
  '& h1': { ...theme.typography.h2, margin: '12px 0 0', overflowWrap: 'anywhere', textWrap: 'balance', outline: 'none' },
  '& p': { ...theme.typography.body1, margin: 0, maxWidth: '44ch', color: theme.vars.palette.text.secondary, textWrap: 'pretty' },
  '& p[data-strong]': { color: theme.vars.palette.text.primary, fontWeight: 600 },
  '& p[role=alert]': { color: theme.vars.palette.error.main },
}));

const Choices = styled('div')({
  display: 'flex',
  flexWrap: 'wrap',
  justifyContent: 'center',
  gap: 8,
  marginTop: 12,
  '@media (max-width: 420px)': { flexDirection: 'column-reverse', justifySelf: 'stretch' },
});

interface LinkArrivalProps {
  link: DeviceLink | 'broken';
  /** Goes on without using the link. */
  decline(): void;
  accept(link: DeviceLink): Promise<Arrival>;
}

/** The page that a one-time link opens: whose identity it brings, what would be left, and one click to take it. */
export default function LinkArrival({ link, decline, accept }: LinkArrivalProps) {
  const own = useIdentity((state) => state.user);
  const [state, setState] = useState<Arrival | { is: 'asking' } | { is: 'working' }>({ is: 'asking' });
  const back = <Back name={own?.display_name} decline={decline} />;
  if (link === 'broken' || state.is === 'over') {
    return <Said title={texts.arrival.over} body={texts.arrival.overBody} choices={back} />;
  }
  if (state.is === 'foreign') {
    const body = texts.arrival.foreignBody(link.name, state.user.display_name);
    return <Said title={texts.arrival.foreign} body={body} choices={back} />;
  }
  if (own?.user_id === link.userId && state.is === 'asking') {
    const goOn = (
      <Button variant="contained" onClick={decline}>
        {texts.arrival.goOn}
      </Button>
    );
    return <Said title={texts.arrival.already(own.display_name)} body={texts.arrival.alreadyBody} choices={goOn} />;
  }
  const isWorking = state.is === 'working' || state.is === 'done';
  const go = async (): Promise<void> => {
    setState({ is: 'working' });
    setState(await accept(link));
  };
  const choices = (
    <>
      <Button disabled={isWorking} onClick={decline}>
        {own ? texts.arrival.stay(own.display_name) : texts.arrival.decline}
      </Button>
      <Button variant="contained" disabled={isWorking} onClick={() => void go()} data-testid="accept-link">
        {isWorking ? texts.arrival.working : texts.arrival.accept(link.name)}
      </Button>
    </>
  );
  return (
    <Said
      title={texts.arrival.title(link.name)}
      body={texts.arrival.body}
      picture={<Avatar id={link.userId} name={link.name} size={84} />}
      choices={choices}
    >
      {own && <p data-strong="">{texts.arrival.leaving(own.display_name)}</p>}
      <p>{texts.arrival.warning}</p>
      {state.is === 'failed' && <p role="alert">{texts.arrival.failed}</p>}
    </Said>
  );
}

function Back({ name, decline }: { name: string | undefined; decline(): void }) {
  return (
    <Button variant="contained" onClick={decline}>
      {name === undefined ? texts.ended.action : texts.arrival.stay(name)}
    </Button>
  );
}

interface SaidProps {
  title: string;
  body: string;
  choices: React.ReactNode;
  picture?: React.ReactNode;
  children?: React.ReactNode;
}

function Said({ title, body, choices, picture, children }: SaidProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The page changed as a whole: whoever listens hears its title first.
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <Page data-testid="link-arrival">
      {picture}
      <h1 ref={heading} tabIndex={-1} dir="auto">
        {title}
      </h1>
      <p dir="auto">{body}</p>
      {children}
      <Choices>{choices}</Choices>
    </Page>
  );
}
