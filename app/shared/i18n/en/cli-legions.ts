/** The command line about legions. */
export const cliLegions = {
  'cli.legions': 'the legions of this console, who leads them, and our part',
  'cli.legions.none': 'This console is in no legion.',
  'cli.legion':
    'one legion: its members and why it has a lord or none; or with a verb: role off|watch|arbiter|standby, step-down, return, hook ID on|off, what-if NAME…, export FILE, remove',
  'cli.legion.import': 'read the legions of a uWSGI configuration, and with --save watch them',
  'cli.legion.join': 'a new legion, or other values for a known one',
  'cli.argument.legion': 'name of the legion',
  'cli.argument.legion-verb':
    'role, step-down, return, hook, what-if, export or remove; without one it is shown',
  'cli.argument.legion-words': 'what the verb needs',
  'cli.legion.name-missing': 'Say which legion: “legion-console legions” lists them.',
  'cli.legion.usage': 'That is: legion-console legion NAME {form}',
  'cli.legion.verb-unknown': 'There is no verb “{typed}” for a legion: {choices}.',
  'cli.legion.no-member': 'No member of this legion is called “{typed}”, and no uuid begins so.',
  'cli.legion.no-hook': 'The id of no hook begins with “{typed}”.',
  'cli.legion.several-hooks': 'The ids of several hooks begin with “{typed}”: type more of it.',
  'cli.legion.name-word':
    'A legion called “{name}” could not be reached here: “legion-console legion {name}” is a command. Give it another name.',
  'cli.legion.port-missing': 'There is no legion “{name}” here yet: say its port with --port.',
  'cli.legion.not-a-node': 'as host:port',
  'cli.legion.role.done':
    '{name}: our role is {role} now, {valor, select, none {without a vote} other {with valor {valor}}}.',
  'cli.legion.stepped-down':
    '{lord, select, none {Nobody took over within {ms, number} ms; this console stays at valor 0.} other {{lord} is lord, after {ms, number} ms. This console stays at valor 0 until “return”.}}',
  'cli.legion.returned': '{name}: back, with valor {valor}.',
  'cli.legion.hook.done': '{hook}: {state, select, on {on} other {off}}.',
  'cli.legion.removed': '{name} was removed.',
  'cli.legion.exported': 'Written with its secret: {file}. Only this user may read it.',
  'cli.legion.saved': '{name} was saved as {role}.',
  'cli.legion.what-if':
    '{lord, select, none {Nobody would lead.} other {{lord} would lead.}} {votes, plural, one {# vote} other {# votes}}{quorum, plural, =0 {} other {, # needed}}{holds, select, yes {} other {: no quorum}}.',
  'cli.legion.import.none': 'No legion was found.',
  'cli.legion.import.line': 'line {line}: {words}',
  'cli.legion.import.preview':
    'Nothing was saved. With --save they are joined as watchers, with all hooks off.',
  'cli.legion.import.saved':
    '{count, plural, one {# legion is} other {# legions are}} watched now; all hooks are off.',
  'cli.legion.way': '{address} ({way, select, unicast {unicast} multicast {multicast} other {broadcast}})',
  'cli.legion.times': 'every {freq} s, silent after {tolerance} s, clocks within {skew} s',
  'cli.legion.self':
    '{role}, {valor, select, none {without a vote} other {valor {valor}}}{lord, select, yes {, lord} other {}}',
  'cli.legion.next':
    '{lord, select, none {nobody} other {{lord}}}, with {votes, plural, one {# vote} other {# votes}}',
  'cli.legion.you': '{name} (this console)',
  'cli.legion.drops': 'Packets not used:',
  'cli.legion.drop': '{count, number} {kind}, last {age} ago',
  'cli.legion.warnings': 'To look at:',
  'cli.legion.witnesses': 'What uWSGI itself says:',
  'cli.legion.witness':
    '{address} ({name, select, none {of nobody heard here} other {of {name}}}): {lord, select, yes {it leads} other {votes for {votesFor, select, none {nobody} other {{votesFor}}}}}{differs, select, yes {, not for the lord seen here} other {}}, valor {valor}, {members, plural, one {# member} other {# members}}, {quorum, plural, =0 {no quorum} other {quorum #}}, read {age} ago',
  'cli.legion.witness.never': '{address}: not read yet',
  'cli.legion.witness.problem':
    '{address}: cannot be read: {problem}{age, select, none {} other {, last read {age} ago}}',
  'cli.legion.hooks': 'Hooks:',
  'cli.legion.hook.ok': 'ok, {age} ago',
  'cli.legion.hook.failed': 'failed{code, select, none {} other { with {code}}}, {age} ago',
  'cli.legion.on': 'on',
  'cli.legion.off': 'off',

  'cli.option.valor': 'valor, 1 to 65535 for standby',
  'cli.option.legion-address':
    'address of this machine to listen on; a group (224 to 239) is joined; empty: all interfaces',
  'cli.option.legion-port': 'UDP port of the legion',
  'cli.option.legion-interface': 'address of the interface for a group',
  'cli.option.legion-node': 'host:port of a member, or of the group; may be given again',
  'cli.option.legion-role': 'off, watch, arbiter or standby',
  'cli.option.legion-cipher': 'aes-256-cbc, aes-192-cbc, aes-128-cbc, des-ede3-cbc or bf-cbc',
  'cli.option.secret-file':
    'file with the secret that only you may read, or - for standard input; without it a new one is made',
  'cli.option.iv': 'the iv, when the others have one',
  'cli.option.freq': 'seconds between two announces, as all members have it',
  'cli.option.tolerance': 'seconds of silence after which a member is dropped, as all have it',
  'cli.option.quorum': 'votes that a lord needs',
  'cli.option.legion-stats':
    'stats server of a uWSGI member to compare with, as host:port or the path of a Unix socket; may be given again',
  'cli.option.save': 'keep what was read, and watch it',

  'cli.head.role': 'ROLE',
  'cli.head.valor': 'VALOR',
  'cli.head.lord': 'LORD',
  'cli.head.votes': 'VOTES',
  'cli.head.members': 'MEMBERS',
  'cli.head.votes-for': 'VOTES FOR',
  'cli.head.lord-since': 'LORD FOR',
  'cli.head.heard': 'HEARD',
  'cli.head.skew': 'SKEW',
  'cli.head.left': 'LEFT TODAY',
  'cli.head.uuid': 'UUID',
  'cli.head.hook': 'HOOK',
  'cli.head.is-on': 'RUNS',
  'cli.head.last-run': 'LAST',
  'cli.head.address': 'ADDRESS',
  'cli.head.cipher': 'CIPHER',
  'cli.field.role': 'This console',
  'cli.field.uuid': 'Uuid',
  'cli.field.cipher': 'Cipher',
  'cli.field.times': 'Announces',
  'cli.field.sends-to': 'Sends to',
  'cli.field.next-lord': 'Next',
} as const;
