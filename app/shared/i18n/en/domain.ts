/** The words for what the domain knows: states, badges, link, steps, events, needs, refusals. */
export const domain = {
  'state.healthy': 'healthy',
  'state.late': 'late',
  'state.silent': 'silent',
  'state.troubled': 'troubled',
  'state.updating': 'updating',
  'state.unheard': 'unheard',
  'state.left': 'left',
  /** What a row says about how long it has been so. */
  'row.healthy': '{age} ago',
  'row.late': 'late, {age}',
  'row.silent': 'silent for {age}',
  'row.troubled': 'says “{word}”',
  'word.empty': '(empty)',
  'row.updating': 'reloading, {age}',
  'row.unheard': 'not heard yet',
  'row.left': 'left {age} ago',

  'badge.flapping': 'flapping',
  'badge.flapping.times': 'flapping ×{count, number}',
  'badge.duplicate': 'duplicate',
  'badge.skew': 'skew',
  'badge.skew.by': 'skew {skew}',
  'badge.self': 'this machine',
  'badge.console': 'console',

  'kind.production': 'Production',
  'kind.staging': 'Staging',
  'kind.test': 'Test',
  'kind.local': 'Local',
  'kind.demo': 'Demo',

  'link.off': 'Off',
  'link.connecting': 'Connecting',
  'link.live': 'Live',
  'link.degraded': 'Degraded',
  'link.reconnecting': 'Reconnecting',
  'link.stale': 'Stale',
  'link.refused': 'Refused',

  'step.broker': 'Broker reached',
  'step.tls': 'TLS verified',
  'step.login': 'Signed in',
  'step.topology': 'Exchange and own queue',
  'step.name': 'Name is free',
  'step.beats': 'First beat heard',
  'step.waiting': 'waiting',
  'step.running': 'running',
  'step.done': 'done',
  'step.failed': 'failed',
  'step.skipped': 'not used',

  'event.node.joined':
    '{count, plural, =1 {{name} joined} other {# nodes joined}}{group, select, none {} other { in {group}}}',
  'event.node.silent':
    '{count, plural, =1 {{name} fell silent} other {# nodes fell silent together}}{group, select, none {} other { in {group}}}',
  'event.node.recovered':
    '{count, plural, =1 {{name} beats again} other {# nodes beat again}}{group, select, none {} other { in {group}}}{age, select, none {} other { after {age}}}',
  'event.node.troubled':
    '{count, plural, =1 {{name} reports trouble} other {# nodes report trouble}}{word, select, none {} other {: “{word}”}}',
  'event.node.well': '{count, plural, =1 {{name} reports well again} other {# nodes report well again}}',
  'event.node.left':
    '{count, plural, =1 {{name} said goodbye} other {# nodes said goodbye}}{group, select, none {} other { in {group}}}',
  'event.node.forgotten':
    '{count, plural, =1 {{name} was forgotten here} other {# nodes were forgotten here}}',
  'event.node.restarted':
    '{count, plural, =1 {{name} restarted} other {# nodes restarted}}{pid, select, none {} other { as pid {pid}}}',
  'event.node.duplicate': 'Two processes beat as {name}{pids, select, none {} other { (pids {pids})}}',
  'event.node.flapping':
    '{count, plural, =1 {{name} keeps changing} other {# nodes keep changing}}{changes, select, none {} other {, {changes} changes in 10 min}}',
  'event.node.skew': 'The clock of {name} is off{skew, select, none {} other { by {skew}}}',
  'event.heard.keys':
    '{count, plural, =1 {Heard {message}} other {Heard # × {message}}}{name, select, none {} other { from {name}}}',
  'event.heard.secrets':
    '{count, plural, =1 {Heard {message}} other {Heard # × {message}}}{name, select, none {} other { from {name}}}',
  'event.heard.changes':
    '{count, plural, =1 {Heard {message}} other {Heard # × {message}}}{name, select, none {} other { from {name}}}',
  'event.bus.undecodable':
    '{count, plural, =1 {One message was refused} other {# messages were refused}}{reason, select, none {} other {: {reason}}}',
  'event.link.live':
    'Link is live{address, select, none {} other { with {address}}}{age, select, none {} other { after {age}}}',
  'event.link.lost': 'Link is down{reason, select, none {} other {: {reason}}}',
  'event.link.refused': 'The broker refused us{reason, select, none {} other {: {reason}}}',
  'event.link.blocked': 'The broker has blocked publishing{reason, select, none {} other {: {reason}}}',
  'event.link.unblocked': 'The broker accepts messages again',
  'event.name.taken': 'The name {name} is taken by another node{pid, select, none {} other { (pid {pid})}}',
  'event.session.started':
    'Joined {profile, select, none {the cluster} other {{profile}}}{name, select, none {} other { as {name}}}',
  'event.session.ended': 'Left {profile, select, none {the cluster} other {{profile}}}',
  /** Events of a newer console than this catalogue. */
  'event.other': '{kind}{name, select, none {} other {: {name}}}',

  'need.silent-together':
    '{count, plural, one {# silent} other {# silent together}}{group, select, none {} other { in {group}}}',
  'need.silent-together.why': 'Since {since}',
  'need.silent-together.verb': 'Open',
  'need.silent': '{count, plural, =1 {{name} is silent} other {# nodes are silent}}',
  'need.silent.why': 'Since {since}',
  'need.silent.verb': 'Open',
  'need.troubled': '{count, plural, =1 {{name} reports trouble} other {# nodes report trouble}}',
  'need.troubled.why': '{age} ago, by its own word',
  'need.troubled.verb': 'Open',
  'need.duplicate': '{count, plural, =1 {Two processes beat as {name}} other {# names beat twice}}',
  'need.duplicate.why': 'Since {since}',
  'need.duplicate.verb': 'Look',
  'need.flapping': '{count, plural, =1 {{name} keeps changing} other {# nodes keep changing}}',
  'need.flapping.why': 'Since {since}, clears after 15 quiet minutes',
  'need.flapping.verb': 'Look',
  'need.name-taken': 'The name {name} is taken',
  'need.name-taken.why': 'This console listens and does not beat',
  'need.name-taken.verb': 'Rename',
  'need.link': 'This console has no link',
  'need.link.why': 'Since {since}',
  'need.link.verb': 'Diagnose',
  'need.skew': '{count, plural, =1 {The clock of {name} is off} other {# clocks are off}}',
  'need.skew.why': 'Noticed {age} ago',
  'need.skew.verb': 'Look',

  'area.nodes': 'Nodes',
  'area.changes': 'Changes',
  'area.keys': 'Keys',
  'area.legions': 'Legions',
  'area.secrets': 'Secrets',
  'area.link': 'Link',
  'area.audit': 'Audit',

  /** Why a message was counted and not used; a code without its own line reads as `refusal.other`. */
  'refusal.other': 'refused ({code})',
  'refusal.TOO_LARGE': 'larger than 64 KB',
  'refusal.CONTENT_TYPE': 'of a content type we do not read',
  'refusal.CONTENT_ENCODING': 'of an encoding we do not read',
  'refusal.NOT_JSON': 'not JSON',
  'refusal.NOT_OBJECT': 'not an object',
  'refusal.NO_FUNCTION': 'asks for nothing',
  'refusal.UNKNOWN_FUNCTION': 'asks for something unknown',
  'refusal.SCHEMA': 'not of the expected shape',
  'refusal.NAME': 'without a usable name of its sender',
  'refusal.NO_SECRET': 'encrypted, and no cluster secret is here',
  'refusal.NO_IV': 'encrypted, but incomplete',
  'refusal.CIPHER': 'encrypted with another secret',
  'refusal.ROSTER_FULL': 'from more nodes than are kept',
} as const;
