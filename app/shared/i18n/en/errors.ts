/**
 * What went wrong, in plain words, and what to do about it: `error.<CODE>` and `error.<CODE>.next`.
 * One pair per code of shared/errors/codes.ts; a test holds the two together. The raw words of whoever
 * refused are shown beside the sentence, never inside it; of the facts only a missing right is named.
 */
export const errors = {
  'error.BUS_UNREACHABLE': 'Nothing answers at this address.',
  'error.BUS_UNREACHABLE.next':
    'Check host and port, and that the broker runs and the firewall lets you through.',
  'error.BUS_NOT_AMQP': 'Something answers there, but it does not speak AMQP.',
  'error.BUS_NOT_AMQP.next': 'Use the AMQP port (5672, or 5671 with TLS), not the management page on 15672.',
  'error.BUS_HOST_UNKNOWN': 'No machine of this name is known.',
  'error.BUS_HOST_UNKNOWN.next': 'Check the spelling of the host name and the name server of this machine.',
  'error.BUS_TIMEOUT': 'The broker did not answer in time.',
  'error.BUS_TIMEOUT.next':
    'Check the network on the way and the load of the broker. It is tried again by itself.',
  'error.BUS_LOST': 'The link to the broker broke.',
  'error.BUS_LOST.next': 'It is being built up again by itself. If it stays away, look at the broker.',
  'error.BUS_ACCESS_REFUSED': 'The broker did not accept this user and password.',
  'error.BUS_ACCESS_REFUSED.next':
    'Check both. The user “guest” is accepted from the broker’s own machine only.',
  'error.BUS_VHOST_MISSING': 'The broker has no such virtual host, or this user may not enter it.',
  'error.BUS_VHOST_MISSING.next':
    'Check the part after the host in the address. A slash in a name is written %2F.',
  'error.BUS_NO_PERMISSION':
    '{kind, select, vhost {This user may not enter the virtual host “{name}”.} none {The broker refused a step that a node needs.} other {The broker refused a step that a node needs, on the {kind} “{name}”.}}',
  'error.BUS_NO_PERMISSION.next':
    '{kind, select, vhost {Ask for rights in it, or check the part after the host in the address.} none {Ask for configure, write and read on “node” and on this node’s own queues; the broker’s words name what is missing.} other {Ask for this right on it: {permission}. A node needs configure, write and read on “node” and on its own queues.}}',
  'error.BUS_TOPOLOGY_MISMATCH': 'An exchange or a queue exists there already with other properties.',
  'error.BUS_TOPOLOGY_MISMATCH.next':
    'Compare it with the other nodes: the broker’s words name the property that differs.',
  'error.BUS_NO_TLS': 'The address asks for TLS, but the broker’s port does not speak it.',
  'error.BUS_NO_TLS.next': 'Use amqp:// for this port, or the TLS port (usually 5671) with amqps://.',
  'error.BUS_TLS_REQUIRED': 'The broker accepts TLS only.',
  'error.BUS_TLS_REQUIRED.next': 'Use amqps:// and the TLS port, usually 5671.',
  'error.BUS_CERT_EXPIRED': 'The certificate of the broker has expired or is not valid yet.',
  'error.BUS_CERT_EXPIRED.next': 'Renew it on the broker, and check the clock of this machine.',
  'error.BUS_CERT_UNTRUSTED':
    'The certificate of the broker was issued by someone this machine does not know.',
  'error.BUS_CERT_UNTRUSTED.next': 'Give the file of the issuing authority as CA file.',
  'error.BUS_CERT_HOST': 'The certificate of the broker is made out for another host name.',
  'error.BUS_CERT_HOST.next':
    'Connect by a name that stands in the certificate, or have a fitting one issued.',
  'error.BUS_CLIENT_CERT': 'The broker wants a client certificate, or did not accept ours.',
  'error.BUS_CLIENT_CERT.next':
    'Give certificate and key as PEM files, issued by an authority the broker trusts.',
  'error.BUS_CLOSED': 'The broker closed the connection.',
  'error.BUS_CLOSED.next': 'Its own words say why. It is tried again by itself.',
  'error.BUS_BLOCKED': 'The broker has blocked publishing because it is short of memory or disk.',
  'error.BUS_BLOCKED.next': 'You can watch; sending waits. Free memory or disk on the broker.',
  'error.BUS_UNROUTABLE': 'No queue took the message: the node is not there.',
  'error.BUS_UNROUTABLE.next': 'Look whether the node is connected; its queue exists only as long as it is.',
  'error.BUS_NAME_TAKEN': 'A node with this name is in the cluster already.',
  'error.BUS_NAME_TAKEN.next': 'Choose another name for this console, or stop the other one first.',
  'error.BUS_NOT_CONNECTED': 'This console is not connected to a cluster.',
  'error.BUS_NOT_CONNECTED.next': 'Connect first, or wait until the link is back.',
  'error.CONFIG_INVALID': 'The configuration has mistakes.',
  'error.CONFIG_INVALID.next': 'All of them are listed with where they stand. Mend them and start again.',
  'error.CONTRACT_INPUT_INVALID': 'A value is not acceptable.',
  'error.CONTRACT_INPUT_INVALID.next': 'The field and the reason are named beside it.',
  'error.PROCEDURE_UNKNOWN': 'The console does not know this request.',
  'error.PROCEDURE_UNKNOWN.next':
    'It is probably of another version. Load the page again, or use the command that came with it.',
  'error.SESSION_EXPIRED': 'The console did not accept the key it was shown.',
  'error.SESSION_EXPIRED.next':
    'In a browser, open a fresh address (“legion-console link” prints one). For scripts, check the token file.',
  'error.HOST_REFUSED': 'The console did not let this caller in.',
  'error.HOST_REFUSED.next': 'Use the loopback address that the console prints.',
  'error.NODE_UNKNOWN': 'No node of this name is known here.',
  'error.NODE_UNKNOWN.next': 'It may have left or been forgotten. It comes back with its next beat.',
  'error.FILTER_INVALID': 'The filter cannot be read.',
  'error.FILTER_INVALID.next': 'The place is marked. Examples: state:silent,late   group:rack-c   seen:>2h',
  'error.CONSOLE_NOT_RUNNING': 'No running console was found.',
  'error.CONSOLE_NOT_RUNNING.next': 'Start one with “serve”, or say where it is with --data-dir or --url.',
  'error.INTERNAL': 'Something unexpected happened inside the console.',
  'error.INTERNAL.next': 'The log has the details under the report number. The node goes on.',
} as const;
