/** Thrown things to codes, where no broker is needed: the words were heard from real ones. */
import { describe, expect, it } from 'vitest';
import { classify, refusalOf, wordsOf } from '../../../../app/main/adapters/amqp-errors.js';

const thrown = (message: string, fields: object = {}): Error => Object.assign(new Error(message), fields);
const refused = (method: string, words: string, code: number, classId: number, methodId: number): Error =>
  thrown(`Operation failed: ${method}; ${code} (X) with message "${words}"`, { code, classId, methodId });

describe('errors of the bus', () => {
  it.each([
    ['BUS_UNREACHABLE', thrown('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' })],
    ['BUS_HOST_UNKNOWN', thrown('getaddrinfo EAI_AGAIN mq', { code: 'EAI_AGAIN' })],
    ['BUS_TIMEOUT', thrown('connect ETIMEDOUT')],
    ['BUS_CERT_EXPIRED', thrown('certificate has expired', { code: 'CERT_HAS_EXPIRED' })],
    ['BUS_CERT_UNTRUSTED', thrown('self-signed', { code: 'SELF_SIGNED_CERT_IN_CHAIN' })],
    ['BUS_CERT_HOST', thrown('altnames', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })],
    ['BUS_CLIENT_CERT', thrown('alert', { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' })],
    ['BUS_CLIENT_CERT', thrown('alert', { code: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE' })],
    ['BUS_CLIENT_CERT', thrown('alert', { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' })],
    ['CONFIG_INVALID', thrown('mismatch', { code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' })],
    ['BUS_NO_TLS', thrown('wrong version', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' })],
    ['BUS_ACCESS_REFUSED', thrown('Handshake terminated by server: 403 (ACCESS-REFUSED) with message "no"')],
    ['BUS_ACCESS_REFUSED', thrown('SASL mechanism PLAIN is not provided by the server')],
  ])('%s while opening: %s', (code, error) => {
    expect(classify(error, 'opening')?.code).toBe(code);
  });

  it.each([['ECONNRESET'], ['EPIPE']])(
    'a %s is a lost line when it was up, and a riddle while opening',
    (code) => {
      const error = thrown(`read ${code}`, { code });
      expect(classify(error, 'live')?.code).toBe('BUS_LOST');
      expect(classify(error, 'opening')).toBeNull();
    },
  );

  it('reads the missing right from the words of newer brokers', () => {
    const words = "ACCESS_REFUSED - read access to exchange 'node' in vhost '/' refused for user 'bob'";
    expect(classify(refused('QueueBind', words, 403, 50, 20), 'declaring')?.details).toEqual({
      permission: 'read',
      kind: 'exchange',
      name: 'node',
    });
  });

  it.each([
    ['configure, or read for its dead letters', 'queue', 50, 10],
    ['write', 'exchange', 50, 10],
    ['configure', 'exchange', 40, 10],
    ['write', 'queue', 50, 20],
    ['read', 'exchange', 50, 20],
    ['read', 'queue', 60, 20],
    ['write', 'exchange', 60, 40],
  ])(
    'and tells it from the method with older ones: %s on a %s (%i.%i)',
    (permission, kind, classId, methodId) => {
      const words = `ACCESS_REFUSED - access to ${kind} 'x' in vhost '/' refused for user 'bob'`;
      expect(classify(refused('M', words, 403, classId, methodId), 'declaring')?.details).toEqual({
        permission,
        kind,
        name: 'x',
      });
    },
  );

  it.each([
    ['BUS_NAME_TAKEN', 405],
    ['BUS_TOPOLOGY_MISMATCH', 406],
    ['BUS_TOPOLOGY_MISMATCH', 404],
  ])('%s for a declaration refused with %i', (code, reply) => {
    expect(classify(refused('QueueDeclare', 'words', reply, 50, 10), 'declaring')).toMatchObject({
      code,
      message: 'words',
    });
  });

  it('tells a missing virtual host from a closed one', () => {
    expect(refusalOf(530, 'NOT_ALLOWED - vhost nope not found')).toMatchObject({
      code: 'BUS_VHOST_MISSING',
      details: { vhost: 'nope' },
    });
    expect(refusalOf(530, "NOT_ALLOWED - access to vhost 'x' refused for user 'u'")).toMatchObject({
      code: 'BUS_NO_PERMISSION',
      details: { kind: 'vhost', name: 'x' },
    });
    expect(
      refusalOf(
        530,
        "NOT_ALLOWED - access to vhost 'x' refused for user 'u': connection limit (1) is reached",
      ).code,
    ).toBe('BUS_CLOSED');
    expect(
      refusalOf(541, "INTERNAL_ERROR - access to vhost 'x' refused for user 'u': vhost 'x' is down").code,
    ).toBe('BUS_CLOSED');
  });

  it('keeps the words on one line, also of a name whose addresses all refused', () => {
    expect(wordsOf(thrown('804C:error:0A:SSL:\n', { reason: 'wrong version number' }))).toBe(
      'wrong version number',
    );
    const all = new AggregateError([new Error('connect ECONNREFUSED ::1:5672')], '');
    expect(wordsOf(all)).toBe('connect ECONNREFUSED ::1:5672');
  });
});
