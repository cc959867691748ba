import Dialog from '@mui/material/Dialog';
import { CopyField } from '../shared/CopyField';
import { DialogBody, DialogTop } from '../shared/DialogTop';
import { isLocalAddress, pageAddress } from '../shared/pageAddress';
import { QrCode } from '../shared/QrCode';
import { texts } from '../shared/texts';

/** The address of this chat to copy, and as a code for a phone's camera. */
export default function ShareDialog({ close }: { close(): void }) {
  return (
    <Dialog open onClose={close} maxWidth="xs" fullWidth aria-labelledby="share-title">
      <DialogTop id="share-title" title={texts.share.title} close={close} />
      <DialogBody>
        <p>{isLocalAddress() ? texts.share.local : texts.share.body}</p>
        <QrCode address={pageAddress()} label={texts.share.code} />
        <CopyField label={texts.share.field} value={pageAddress()} />
      </DialogBody>
    </Dialog>
  );
}
