/** Names of members are foreign and may be one word as long as a host name may be: all of it stays in the window. */
import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPacketCipher } from '../../app/main/core/protocol/uwsgi/cipher.js';
import { sealPacket } from '../../app/main/core/protocol/uwsgi/packet.js';
import { describeInBrowser, visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { layoutProblems } from '../support/e2e-layout.js';
import { until } from '../support/until.js';
import { freeUdpPort } from '../support/uwsgi.js';

const SECRET = '0123456789abcdef0123456789abcdef';
const NAMES = ['W'.repeat(255), 'h'.repeat(120), 'k'.repeat(120)];
const uuidOf = (index: number): string => `0000000${index}-0000-4000-8000-000000000000`;

describeInBrowser('long names of members', (browser) => {
  const socket = createSocket('udp4');
  let served: ConsoleProcess;
  let speaking: NodeJS.Timeout;
  beforeAll(async () => {
    served = await startConsole(['--bus-url', 'amqp://127.0.0.1:1']);
    const port = await freeUdpPort();
    await served.call('legion.save', {
      ...{ name: 'web', role: 'watch', valor: 0, address: '127.0.0.1', port, nodes: [] },
      ...{ cipher: 'aes-256-cbc', secret: SECRET, freqS: 1, toleranceS: 6 },
    });
    const cipher = createPacketCipher({ cipher: 'aes-256-cbc', secret: SECRET, iv: null });
    // Each says that it leads, and each agrees with nobody.
    const speak = (): void => {
      const unix = Math.floor(Date.now() / 1_000);
      for (const [index, name] of NAMES.entries()) {
        const self = { name, pid: 1, valor: 10 + index, uuid: uuidOf(index) };
        const vote = { checksum: 5n, lordValor: self.valor, lordUuid: self.uuid, lord: unix - 60 };
        const said = { legion: 'web', unix, scroll: null, dead: false, extension: null };
        socket.send(sealPacket(cipher, { ...said, ...self, ...vote }, null), port, '127.0.0.1');
      }
    };
    speaking = setInterval(speak, 1_000);
    await until(async () => {
      const [web] = (await served.call('legion.list', {})).legions;
      return (web?.warnings.length ?? 0) > 1;
    }, 30_000);
  });
  afterAll(async () => {
    clearInterval(speaking);
    socket.close();
    await served?.stop();
  });

  it.each([
    [960, 700],
    [1680, 1000],
  ])('wrap in the warnings and in the table of lords, in a window of %d × %d', async (width, height) => {
    const { page, go } = await visit(browser(), served, { at: '/legions', width, height });
    await go('/legions/web', 'Legions');
    await page.getByRole('button', { name: 'As table' }).click();
    await page.locator('.lords-table td').first().waitFor();
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('.legion-notes li > span, .lords-table td')].flatMap((each) => {
        const range = document.createRange();
        range.selectNodeContents(each);
        const { right } = range.getBoundingClientRect();
        return right > innerWidth ? [`${each.textContent.slice(0, 40)}: ${right}`] : [];
      }),
    );
    expect(cut).toEqual([]);
    expect(await page.locator('.legion-notes').innerText()).toContain('W'.repeat(48));
    expect(await layoutProblems(page)).toEqual([]);
  });
});
