import { useEffect, useState } from 'react';
import { useGateway } from './gatewayStore';

const blipMs = 5000;
const backMs = 3000;

export type Banner = { show: 'nothing' } | { show: 'down'; seconds: number | null } | { show: 'back' };

/** What the banner shows: nothing for short blips, then the wait, then for a moment that it is over. */
export function useBanner(): Banner {
  const { downSince, retryAt, phase } = useGateway();
  const [now, setNow] = useState(Date.now);
  const [wasShown, setWasShown] = useState(false);
  const [backUntil, setBackUntil] = useState(0);
  const isDown = downSince !== null && phase !== 'idle' && phase !== 'stopped' && now - downSince >= blipMs;
  const isBack = downSince === null && now < backUntil;

  useEffect(() => {
    if (downSince === null && !isBack && !wasShown) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [downSince, isBack, wasShown]);

  if (isDown && !wasShown) setWasShown(true);
  if (downSince === null && wasShown) {
    setWasShown(false);
    setBackUntil(now + backMs);
  }
  if (isDown) return { show: 'down', seconds: retryAt === null ? null : Math.max(0, Math.ceil((retryAt - now) / 1000)) };
  return isBack ? { show: 'back' } : { show: 'nothing' };
}
