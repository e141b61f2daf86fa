/** Certificates of our own: in the connect form and in Settings. Passphrases and keys go in once. */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { anIdentity } from '../support/fake-keys.js';
import { open } from './app-under-test.js';

const now = Date.now();
const dialog = () => within(screen.getByRole('dialog'));
const section = () =>
  within(screen.getByRole('heading', { name: 'Certificates' }).closest('section') ?? document.body);

describe('certificates in Settings', () => {
  it('say what they are, until when they hold, and warn before', async () => {
    await open('/settings', {
      identities: [
        anIdentity('a', now),
        anIdentity('b', now, { label: 'old', expiry: 'soon', notAfter: now + 9.5 * 86_400_000 }),
        anIdentity('c', now, { label: 'gone', expiry: 'expired', notAfter: now - 1 }),
      ],
    });
    expect(await section().findByText('ends in 9 d')).toBeDefined();
    expect(section().getByText('expired')).toBeDefined();
    expect(section().getAllByText('CN=console-7, O=Example')).toHaveLength(3);
    expect(section().getAllByText('console-7.example')).toHaveLength(3);
  });

  it('come from a .p12 file with its passphrase, handed over once', async () => {
    const { client, user } = await open('/settings');
    await user.click(section().getByRole('button', { name: 'Import .p12…' }));
    await user.upload(
      dialog().getByLabelText('File (.p12 or .pfx)'),
      new File([new Uint8Array([48, 130])], 'me.p12'),
    );
    await user.type(dialog().getByLabelText('Passphrase'), 'geheim');
    await user.click(dialog().getByRole('button', { name: 'Import' }));
    await waitFor(() =>
      expect(client.calls.find((call) => call.name === 'identity.import')?.input).toEqual({
        pkcs12: btoa('\x30\x82'),
        passphrase: 'geheim',
      }),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.body.innerHTML).not.toContain('geheim');
  });

  it('say that a passphrase is wrong, and keep the form', async () => {
    const { client, user } = await open('/settings');
    client.fail('identity.import', 'IDENTITY_PASSPHRASE');
    await user.click(section().getByRole('button', { name: 'Import .p12…' }));
    await user.upload(dialog().getByLabelText('File (.p12 or .pfx)'), new File(['x'], 'me.p12'));
    await user.click(dialog().getByRole('button', { name: 'Import' }));
    expect(await dialog().findByText('The passphrase does not open this file.')).toBeDefined();
    expect(dialog().getByText('me.p12')).toBeDefined();
  });

  it('come as a PEM pair', async () => {
    const { client, user } = await open('/settings');
    await user.click(section().getByRole('button', { name: 'Import PEM pair…' }));
    await user.upload(dialog().getByLabelText(/^Certificate, with its chain/), new File(['CERT'], 'c.pem'));
    await user.upload(dialog().getByLabelText(/^Private key/), new File(['KEY'], 'k.pem'));
    await user.click(dialog().getByRole('button', { name: 'Import' }));
    await waitFor(() =>
      expect(client.calls.find((call) => call.name === 'identity.import')?.input).toEqual({
        certificate: 'CERT',
        key: 'KEY',
      }),
    );
  });

  it('are asked of an authority: key and request here, the certificate later', async () => {
    const { client, user } = await open('/settings');
    await user.click(section().getByRole('button', { name: 'Make a key and a request…' }));
    await user.clear(dialog().getByLabelText('Common name'));
    await user.type(dialog().getByLabelText('Common name'), 'console-9');
    await user.type(dialog().getByLabelText('Further names'), 'a.example, b.example');
    await user.click(dialog().getByRole('button', { name: 'Make them' }));
    expect(client.calls.find((call) => call.name === 'identity.request')?.input).toEqual({
      commonName: 'console-9',
      sans: ['a.example', 'b.example'],
      bits: 2048,
    });
    expect(await section().findByText('waiting for its certificate')).toBeDefined();
    expect(section().getByRole('button', { name: 'Copy the request' })).toBeDefined();
    await user.click(section().getByRole('button', { name: 'Import the certificate…' }));
    await user.upload(dialog().getByLabelText(/^Certificate/), new File(['CERT'], 'c.pem'));
    await user.click(dialog().getByRole('button', { name: 'Import' }));
    await waitFor(() => expect(section().queryByText('waiting for its certificate')).toBeNull());
  });

  it('are removed only after a warning', async () => {
    const { client, user } = await open('/settings', { identities: [anIdentity('a', now)] });
    await user.click(await section().findByRole('button', { name: 'Remove console-7' }));
    expect(client.calls.some((call) => call.name === 'identity.remove')).toBe(false);
    await user.click(dialog().getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(section().queryByText('console-7')).toBeNull());
  });
});

describe('the connect form', () => {
  it('shows an imported certificate instead of the two files', async () => {
    const { client, user } = await open('/connect', { identities: [anIdentity('a', now)] });
    const choice = await screen.findByLabelText('Certificate that we show');
    await within(choice).findByRole('option', { name: 'console-7' });
    await user.selectOptions(choice, 'a');
    expect(screen.getByText('CN=Example Issuing CA')).toBeDefined();
    expect(screen.queryByLabelText('Client key (PEM)')).toBeNull();
    await user.clear(screen.getByLabelText('Address'));
    await user.type(screen.getByLabelText('Address'), 'amqps://broker.example');
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    const input = client.calls.find((call) => call.name === 'session.connect')?.input;
    expect(input).toMatchObject({ identity: 'a' });
    expect(input).not.toHaveProperty('certFile');
  });
});
