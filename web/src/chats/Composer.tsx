import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useGateway } from '../gateway/gatewayStore';
import { Icon } from '../shared/Icon';
import { useTaggedName } from '../shared/nameTags';
import { texts } from '../shared/texts';
import { useChatActions } from './actions';
import { useChats, type OutboxItem } from './chatStore';
import { isSendable, lengthOf, tidyContent } from './content';
import { keepDraft } from './drafts';
import { TypingSignal } from './typing';

const Box = styled('form')(({ theme }) => ({
  display: 'flex',
  alignItems: 'flex-end',
  gap: 4,
  width: 'calc(100% - 32px)',
  maxWidth: 828,
  boxSizing: 'border-box',
  margin: '0 auto 16px',
  padding: 5,
  paddingInlineStart: 18,
  borderRadius: 26,
  border: `1.5px solid ${theme.vars.palette.divider}`,
  background: theme.vars.palette.surface.raised,
  boxShadow: '0 4px 18px rgb(10 30 24 / 6%)',
  transition: 'border-color 120ms',
  '&:focus-within': { borderColor: theme.vars.palette.primary.main },
  '@media (max-width: 600px)': { width: 'calc(100% - 20px)', marginBottom: 'max(10px, env(safe-area-inset-bottom))' },
  '& textarea': {
    all: 'unset',
    flex: 1,
    minWidth: 0,
    maxHeight: '32dvh',
    padding: '10px 0',
    overflowY: 'auto',
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
    fontFamily: theme.typography.fontFamily,
    fontSize: 16,
    lineHeight: '24px',
    color: theme.vars.palette.text.primary,
    boxSizing: 'border-box',
    height: 44,
  },
  '& textarea::placeholder': { color: theme.vars.palette.text.faint, opacity: 1 },
}));

const Send = styled(IconButton)(({ theme }) => ({
  borderRadius: 22,
  background: theme.vars.palette.primary.main,
  color: theme.vars.palette.primary.contrastText,
  '&:hover': { background: theme.vars.palette.primary.dark },
  '&.Mui-disabled': { background: 'transparent', color: theme.vars.palette.text.faint },
}));

const TooLong = styled('span')(({ theme }) => ({
  alignSelf: 'center',
  ...theme.typography.caption,
  color: theme.vars.palette.error.main,
}));

const draftMs = 400;
const touches = (): boolean => window.matchMedia('(pointer: coarse)').matches;

interface ComposerProps {
  target: OutboxItem['target'];
  /** Null while the chat is being opened. */
  chatId: string | null;
  conversation: string;
  name: string;
}

/** Where one writes. It never locks: what can't be sent yet waits in the outbox. */
export function Composer({ target, chatId, conversation, name }: ComposerProps) {
  const { sendMessage } = useChatActions();
  const label = useTaggedName(conversation, name);
  const [text, setText] = useState(() => useChats.getState().drafts[conversation] ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  const limit = useGateway((state) => state.limits?.message_length ?? 0);
  const excess = limit > 0 && text.length > limit ? lengthOf(tidyContent(text)) - limit : 0;
  const sendable = isSendable(text) && excess <= 0;
  const typing = useTypingSignal(chatId);
  useDraft(conversation, text);
  useReturned(conversation, (returned) => {
    setText(text === '' ? returned : `${text}\n${returned}`);
    field.current?.focus();
  });
  useHeight(field, text);
  useEffect(() => {
    if (!touches()) field.current?.focus();
  }, []);

  const send = (): void => {
    if (!sendable) return;
    sendMessage(target, tidyContent(text), name);
    typing?.sent();
    setText('');
    keepDraft(conversation, '');
    field.current?.focus();
  };

  return (
    <Box
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        value={text}
        data-testid="composer"
        aria-label={texts.composer.label(label)}
        placeholder={texts.composer.placeholder(label)}
        enterKeyHint={touches() ? 'enter' : 'send'}
        onChange={(event) => {
          setText(event.target.value);
          typing?.changed(event.target.value);
        }}
        onKeyDown={(event) => {
          if (!meansSend(event)) return;
          event.preventDefault();
          send();
        }}
      />
      {excess > 0 && <TooLong role="status">{texts.composer.tooLong(excess)}</TooLong>}
      <SendButton disabled={!sendable} />
    </Box>
  );
}

function SendButton({ disabled }: { disabled: boolean }) {
  // Pressing must not take the focus from the field, or a phone's keyboard would close.
  const keepFocus = (event: React.PointerEvent): void => event.preventDefault();
  return (
    <Send type="submit" aria-label={texts.composer.send} data-testid="send" disabled={disabled} onPointerDown={keepFocus}>
      <Icon name="send" />
    </Send>
  );
}

/**
 * Whether a key press sends: Enter alone, with a keyboard, and not while an input method composes
 * (keyCode 229 is how browsers say so that end the composition before the key).
 */
function meansSend(event: React.KeyboardEvent): boolean {
  const composes = event.nativeEvent.isComposing || event.keyCode === 229;
  return event.key === 'Enter' && !event.shiftKey && !composes && !touches();
}

function useTypingSignal(chatId: string | null): TypingSignal | null {
  const { sendFrame } = useChatActions();
  const typing = useMemo(() => (chatId ? new TypingSignal(chatId, sendFrame) : null), [chatId, sendFrame]);
  useEffect(() => () => typing?.ended(), [typing]);
  return typing;
}

/** Takes in a text that comes back because it was refused. */
function useReturned(conversation: string, take: (text: string) => void): void {
  const returned = useChats((state) => state.returned);
  useEffect(() => {
    if (returned?.conversation !== conversation) return;
    useChats.setState({ returned: null });
    take(returned.text);
  });
}

/** Keeps the draft at every pause, and when the page or the chat is left. */
function useDraft(conversation: string, text: string): void {
  const latest = useRef(text);
  useEffect(() => {
    latest.current = text;
    const timer = setTimeout(() => keepDraft(conversation, text), draftMs);
    return () => clearTimeout(timer);
  }, [conversation, text]);
  useEffect(() => {
    const keep = (): void => keepDraft(conversation, latest.current);
    window.addEventListener('pagehide', keep);
    return () => {
      window.removeEventListener('pagehide', keep);
      keep();
    };
  }, [conversation]);
}

function useHeight(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = '44px';
    element.style.height = `${element.scrollHeight}px`;
  }, [field, text]);
}
