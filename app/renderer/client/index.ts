/** How the window talks to the node: open a channel, then connect a client to it. */
import type { ClientFrame, FrameChannel } from '../../shared/contract/frames.js';
import { openElectronChannel } from './electron-channel.js';
import { openWebChannel } from './web-channel.js';

export { type Client, connect, type Watcher } from './connect.js';

/** The channel of whichever host showed this page. Rejects when the console cannot be reached. */
export async function openChannel(): Promise<FrameChannel<ClientFrame>> {
  return window.legionConsole ? openElectronChannel(window.legionConsole) : openWebChannel();
}
