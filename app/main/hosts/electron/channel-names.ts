/** The two IPC channels; the preload's bundle holds nothing else of the channel's code. */
export const HELLO = 'legion-console:hello';
export const FRAME = 'legion-console:frame';
