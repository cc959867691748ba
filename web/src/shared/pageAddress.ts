/** Where this page lives, without what is shown of it. */
export const pageAddress = (): string => new URL('.', window.location.href.replace(/#.*/, '')).href;

/** Whether that address leads here from this computer only. */
export const isLocalAddress = (): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(window.location.hostname);
