import { styled } from '@mui/material/styles';
import { texts } from '../shared/texts';
import { useChats } from './chatStore';

// Always as high as its text, so that nothing moves when somebody begins to type.
const Line = styled('div')(({ theme }) => ({
  height: 24,
  width: 'calc(100% - 32px)',
  maxWidth: 828,
  margin: '0 auto',
  paddingInlineStart: 18,
  boxSizing: 'border-box',
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  ...theme.typography.caption,
  color: theme.vars.palette.text.secondary,
}));

const Dots = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  gap: 3,
  '& i': {
    width: 5,
    height: 5,
    borderRadius: 3,
    background: theme.vars.palette.primary.main,
    animation: 'fc-typing 1.2s infinite ease-in-out',
  },
  '& i:nth-of-type(2)': { animationDelay: '0.15s' },
  '& i:nth-of-type(3)': { animationDelay: '0.3s' },
  '@keyframes fc-typing': { '0%, 60%, 100%': { opacity: 0.3 }, '30%': { opacity: 1 } },
}));

/** Says that the other side is typing, in a place that is always there. */
export function TypingLine({ chatId, name }: { chatId: string | null; name: string }) {
  const isTyping = useChats((state) => chatId !== null && (state.typing[chatId]?.length ?? 0) > 0);
  return (
    <Line data-testid="typing">
      {isTyping && (
        <>
          <Dots aria-hidden>
            <i />
            <i />
            <i />
          </Dots>
          <span dir="auto">{texts.timeline.typing(name)}</span>
        </>
      )}
    </Line>
  );
}
