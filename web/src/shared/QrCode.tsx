import { styled } from '@mui/material/styles';
import { renderSVG } from 'uqr';

// Black on white in either theme: cameras read nothing else as well.
const Picture = styled('img')({
  justifySelf: 'center',
  width: 216,
  height: 216,
  padding: 12,
  borderRadius: 18,
  background: '#fff',
});

/** An address as a code for a phone's camera. */
export function QrCode({ address, label }: { address: string; label: string }) {
  return <Picture alt={label} src={`data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 1 }))}`} />;
}
