import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { makeBridge } from '../../../../../app/main/hosts/electron/bridge.js';
import { acceptWindows } from '../../../../../app/main/hosts/electron/channel.js';
import { FRAME, HELLO } from '../../../../../app/main/hosts/electron/channel-names.js';
import { ownFlags } from '../../../../../app/main/hosts/electron/flags.js';
import { menuTemplate } from '../../../../../app/main/hosts/electron/menu.js';
import { isOwnFrame, isOwnUrl, mayHave, PAGE_URL } from '../../../../../app/main/hosts/electron/origin.js';
import { servePage } from '../../../../../app/main/hosts/electron/page-files.js';
import { placeWindow } from '../../../../../app/main/hosts/electron/window-state.js';
import type { FrameChannel, ServerFrame } from '../../../../../app/shared/contract/frames.js';
import { logRing } from '../../../../support/log-ring.js';
import { tempDir } from '../../../../support/temp-dir.js';

const FOREIGN = [
  'https://console/index.html',
  'app://console.evil/index.html',
  'app://evil/index.html',
  'app://user@console/index.html',
  'file:///app://console/index.html',
  'about:blank',
  'data:text/html,app://console/',
  'app:console',
  '',
];

describe('our origin', () => {
  it('is app://console and nothing that looks like it', () => {
    expect(isOwnUrl(PAGE_URL)).toBe(true);
    expect(isOwnUrl('app://console/#/nodes?x=1')).toBe(true);
    for (const url of FOREIGN) expect(isOwnUrl(url), url).toBe(false);
  });

  it('counts for the top frame only', () => {
    expect(isOwnFrame({ url: PAGE_URL, parent: null })).toBe(true);
    expect(isOwnFrame({ url: PAGE_URL, parent: {} })).toBe(false);
    expect(isOwnFrame(null)).toBe(false);
  });

  it('may write to the clipboard and show notices, and nothing else', () => {
    expect(mayHave('clipboard-sanitized-write', PAGE_URL)).toBe(true);
    expect(mayHave('notifications', PAGE_URL)).toBe(true);
    expect(mayHave('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
    expect(mayHave('notifications', 'https://evil.example/')).toBe(false);
    for (const permission of ['clipboard-read', 'media', 'geolocation', 'openExternal', 'display-capture']) {
      expect(mayHave(permission, PAGE_URL), permission).toBe(false);
    }
  });
});

type Handler = (
  event: { senderFrame: { url: string; parent: unknown } | null; sender: ReturnType<typeof aSender> },
  frame?: unknown,
) => void;

function aSender(id = 1) {
  const destroyed: (() => void)[] = [];
  return {
    id,
    sent: [] as unknown[],
    isGone: false,
    send(_channel: string, frame: unknown) {
      this.sent.push(frame);
    },
    isDestroyed() {
      return this.isGone;
    },
    once: (_event: 'destroyed', handle: () => void) => destroyed.push(handle),
    destroy() {
      this.isGone = true;
      destroyed.splice(0).forEach((handle) => handle());
    },
  };
}

function anIpc() {
  const handlers = new Map<string, Handler>();
  const channels: { channel: FrameChannel<ServerFrame>; heard: unknown[]; closed: boolean }[] = [];
  const log = logRing();
  acceptWindows(
    { on: (name, handle) => handlers.set(name, handle) },
    (channel) => {
      const entry = { channel, heard: [] as unknown[], closed: false };
      channel.onFrame((frame) => entry.heard.push(frame));
      channel.onClose(() => (entry.closed = true));
      channels.push(entry);
      return () => undefined;
    },
    log,
  );
  const say = (name: string, sender = aSender(), frame?: unknown, url = PAGE_URL, parent: unknown = null) =>
    handlers.get(name)?.({ senderFrame: { url, parent }, sender }, frame);
  return { channels, log, say, handlers };
}

describe('the channel of a window', () => {
  it('begins with a hello, carries frames both ways, and ends with the window', () => {
    const { channels, say } = anIpc();
    const sender = aSender();
    say(HELLO, sender);
    say(FRAME, sender, { type: 'ack', id: 1 });
    channels[0]?.channel.send({ type: 'close', id: 1 });
    expect(channels[0]?.heard).toEqual([{ type: 'ack', id: 1 }]);
    expect(sender.sent).toEqual([{ type: 'close', id: 1 }]);
    sender.destroy();
    expect(channels[0]?.closed).toBe(true);
    channels[0]?.channel.send({ type: 'close', id: 2 });
    expect(sender.sent).toHaveLength(1);
  });

  it('is a new one for each document that loads in the window', () => {
    const { channels, say } = anIpc();
    const sender = aSender();
    say(HELLO, sender);
    say(HELLO, sender);
    say(FRAME, sender, 'second');
    expect(channels.map(({ closed, heard }) => [closed, heard])).toEqual([
      [true, []],
      [false, ['second']],
    ]);
    channels[0]?.channel.send({ type: 'close', id: 9 });
    expect(sender.sent).toEqual([]);
  });

  it('keeps windows apart', () => {
    const { channels, say } = anIpc();
    const [first, second] = [aSender(1), aSender(2)];
    say(HELLO, first);
    say(HELLO, second);
    say(FRAME, second, 'to the second');
    expect(channels.map(({ heard }) => heard)).toEqual([[], ['to the second']]);
  });

  it('does not hear foreign frames, not even in a window of ours', () => {
    const { channels, say, log, handlers } = anIpc();
    const sender = aSender();
    for (const url of FOREIGN) say(HELLO, sender, undefined, url);
    say(HELLO, sender, undefined, PAGE_URL, {});
    expect(channels).toEqual([]);
    say(HELLO, sender);
    say(FRAME, sender, 'evil', 'https://evil.example/');
    handlers.get(FRAME)?.({ senderFrame: null, sender }, 'from a frame that is gone');
    expect(channels[0]?.heard).toEqual([]);
    expect(log.lines.length).toBe(FOREIGN.length + 3);
  });

  it('ignores frames of a window that never said hello', () => {
    const { channels, say } = anIpc();
    say(FRAME, aSender(), { type: 'ack', id: 1 });
    expect(channels).toEqual([]);
  });
});

describe('the bridge', () => {
  it('says hello, hands frames through, and keeps the event to itself', () => {
    type Listener = (event: unknown, frame: unknown) => void;
    const listeners = new Set<Listener>();
    const ipc = {
      send: vi.fn(),
      on: (_: string, handle: Listener) => listeners.add(handle),
      removeListener: (_: string, handle: Listener) => listeners.delete(handle),
    };
    const bridge = makeBridge(ipc);
    expect(ipc.send).toHaveBeenCalledExactlyOnceWith(HELLO);
    const heard = vi.fn();
    const cancel = bridge.onFrame(heard);
    listeners.forEach((listen) => listen({ sender: 'powerful' }, { id: 1 }));
    expect(heard).toHaveBeenCalledExactlyOnceWith({ id: 1 });
    bridge.send({ id: 2 });
    expect(ipc.send).toHaveBeenLastCalledWith(FRAME, { id: 2 });
    cancel();
    expect(listeners.size).toBe(0);
    expect(Object.keys(bridge).sort()).toEqual(['onFrame', 'send']);
  });
});

describe('the files of the page', () => {
  function aPage() {
    const dir = tempDir();
    const put = (name: string, text: string) => {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    };
    put('page/index.html', '<!doctype html>');
    put('page/assets/main.js', 'export {};');
    put('page-secrets/key.json', 'secret');
    put('secret.json', 'secret');
    const handle = servePage(join(dir, 'page'));
    return (url: string, method = 'GET') => handle({ method, url });
  }

  it('come with their type and the policy', async () => {
    const response = await aPage()('app://console/assets/main.js');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/javascript');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(await response.text()).toBe('export {};');
  });

  it.each([
    'app://console/../secret.json',
    'app://console/%2e%2e/secret.json',
    'app://console/..%2fsecret.json',
    'app://console/..%2fpage-secrets/key.json',
    'app://console/..%5csecret.json',
    'app://console/%00.json',
    'app://console/%',
    'app://console/nothing.js',
    'app://console/assets',
    'app://console/',
    'app://console/index.html/x.js',
  ])('are not to be had at %s', async (url) => {
    const response = await aPage()(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('are read only, and only by our own origin', async () => {
    const page = aPage();
    expect((await page('app://console/index.html', 'POST')).status).toBe(403);
    expect((await page('app://evil/index.html')).status).toBe(403);
  });
});

describe('the place of the window', () => {
  const primary = { x: 0, y: 0, width: 1920, height: 1040 };
  const right = { x: 1920, y: 0, width: 1280, height: 1024 };
  const state = (x: number, y: number, width = 1200, height = 800) => ({
    x,
    y,
    width,
    height,
    isMaximized: false,
  });

  it('is where it was', () => {
    expect(placeWindow(state(100, 50), [primary, right])).toEqual(state(100, 50));
    expect(placeWindow({ ...state(1950, 10), isMaximized: true }, [primary, right])).toEqual({
      ...state(1950, 10),
      isMaximized: true,
    });
  });

  it('is the middle of the primary display when the display is gone', () => {
    expect(placeWindow(state(1950, 10), [primary])).toEqual(state(240, 70, 1440, 900));
    expect(placeWindow(state(-5000, -5000), [primary])).toEqual(state(240, 70, 1440, 900));
  });

  it('is wholly on the display that shows most of it', () => {
    expect(placeWindow(state(1500, -100), [primary])).toEqual(state(720, 0));
    expect(placeWindow(state(1800, 500), [primary, right])).toEqual(state(1920, 224));
  });

  it('fits a smaller display, even one below the minimum', () => {
    expect(placeWindow(state(0, 0, 5000, 5000), [right])).toEqual(state(1920, 0, 1280, 1024));
    expect(placeWindow(state(0, 0, 300, 200), [primary])).toEqual(state(0, 0, 960, 600));
    const tiny = { x: 0, y: 0, width: 800, height: 480 };
    expect(placeWindow(state(10, 10), [tiny])).toEqual(state(0, 0, 800, 480));
  });

  it.each([
    undefined,
    null,
    'x',
    {},
    { x: 'a' },
    { ...state(0, 0), width: -1 },
    { ...state(0, 0), x: NaN },
    { ...state(0, 0), x: 1e9 },
  ])('is the usual one when what was kept is %j', (saved) => {
    expect(placeWindow(saved, [primary])).toEqual(state(240, 70, 1440, 900));
  });
});

describe('flags of the desktop app', () => {
  it('stand behind the folder in a clone, and at once in a package', () => {
    expect(ownFlags(['/electron', '--inspect=0', '.', '--bus', 'amqp://h'], false, undefined)).toEqual([
      '--bus',
      'amqp://h',
    ]);
    expect(ownFlags(['/legion-console', '--no-sandbox', '--bus', 'amqp://h'], true, undefined)).toEqual([
      '--bus',
      'amqp://h',
    ]);
    expect(ownFlags(['/electron'], false, undefined)).toEqual([]);
  });

  it('are what npm start handed over, where it did', () => {
    expect(ownFlags(['/electron', '.'], false, '["--bus","amqp://u:p@h"]')).toEqual([
      '--bus',
      'amqp://u:p@h',
    ]);
  });
});

describe('the menu', () => {
  const roles = (isDevelopment: boolean) =>
    JSON.stringify(menuTemplate({ isMac: false, isDevelopment, openLogs: () => undefined }));

  it('does not reload the page where users are', () => {
    expect(roles(false)).not.toContain('reload');
    expect(roles(false)).not.toContain('toggleDevTools');
    expect(roles(true)).toContain('reload');
  });
});
