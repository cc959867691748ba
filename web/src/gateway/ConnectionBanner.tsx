import { styled } from '@mui/material/styles';
import { CloseCode } from '../protocol/closeCodes';
import { PlainButton } from '../shared/list';
import { texts } from '../shared/texts';
import { useGateway } from './gatewayStore';
import { useBanner } from './useBanner';

const Strip = styled('div')(({ theme }) => ({
  '&:empty': { display: 'none' },
  '& > div': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    gap: 12,
    minHeight: 44,
    padding: '0 16px',
    ...theme.typography.body2,
    fontWeight: 550,
    background: theme.vars.palette.text.primary,
    color: theme.vars.palette.background.default,
  },
  '& > div[data-show=back]': { background: theme.vars.palette.primary.main, color: theme.vars.palette.primary.contrastText },
  '& small': { ...theme.typography.caption, opacity: 0.85, fontVariantNumeric: 'tabular-nums' },
  '& button': { color: 'inherit', textDecoration: 'underline', textUnderlineOffset: 4, padding: '0 8px' },
  '& button:hover': { background: 'transparent' },
  '& button:focus-visible': { outlineColor: 'currentColor' },
}));

/** Says when there has been no connection for a while, when the next try is, and when it is back. */
export function ConnectionBanner({ tryNow }: { tryNow(): void }) {
  const banner = useBanner();
  const reason = useGateway((state) => state.reason);
  const onceLive = useGateway((state) => state.greeted);
  return (
    <Strip role="status" data-testid="connection-banner" data-show={banner.show}>
      {banner.show === 'back' && <div data-show="back">{texts.connection.back}</div>}
      {banner.show === 'down' && (
        <div data-show="down">
          <span>{onceLive ? texts.connection.reconnecting : texts.connection.connecting}</span>
          {/* The countdown is for the eye: read aloud every second it would drown everything else. */}
          {reason === CloseCode.tooManyConnections ? (
            <small>{texts.connection.tooMany}</small>
          ) : (
            banner.seconds !== null && <small aria-hidden>{texts.connection.inSeconds(banner.seconds)}</small>
          )}
          <PlainButton type="button" onClick={tryNow}>
            {texts.connection.now}
          </PlainButton>
        </div>
      )}
    </Strip>
  );
}
