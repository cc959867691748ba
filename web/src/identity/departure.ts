import { openChannel } from '../shared/channel';

/** Says to the other tabs that the user with this id has signed out of this browser. */
const departures = openChannel<string>('left', (value) => (typeof value === 'string' ? value : null));

export const announceDeparture = (userId: string): void => departures.post(userId);

export const onDeparture = (handler: (userId: string) => void): void => departures.listen(handler);
