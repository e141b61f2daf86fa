/**
 * Machines on a network of their own: a network namespace each, joined by a bridge in one more, which can be split and
 * joined again. Nothing of this machine's own network is touched. Needs root, `ip`, and `arping` for take-overs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export type Network = {
  /** What a process of this machine is started by. */
  via(machine: string): string[];
  address(machine: string): string;
  /** All IPv4 addresses on its interface now; none when it is gone. */
  addresses(machine: string): string[];
  /** These are on the other side now, and the rest on this one. */
  split(...machines: readonly string[]): void;
  heal(): void;
  /** Its processes are ended and its interface is gone, as of a machine without power. */
  destroy(machine: string): void;
  end(): void;
};

/** The interface of each machine, to the others. */
export const INTERFACE = 'eth0';
const NET = '10.77.0';
let nextNetwork = 1;

/** Why there can be no network of our own, or null. */
export function namespacesMissing(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const missing = [
    ['ip', ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'], 'iproute2'],
    ['arping', ['/usr/bin/arping', '/usr/sbin/arping'], 'iputils-arping'],
  ] as const;
  const [name, , debian] = missing.find(([, paths]) => !paths.some((path) => existsSync(path))) ?? [];
  return name ? `no ${name} found (Debian: apt-get install ${debian})` : null;
}

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

export function aNetwork(...machines: readonly string[]): Network {
  const prefix = `lc${process.pid}-${nextNetwork++}`;
  const hub = `${prefix}-hub`;
  const spaceOf = (machine: string): string => `${prefix}-${machine}`;
  const portOf = (machine: string): string => `p${machines.indexOf(machine)}`;
  const address = (machine: string): string => `${NET}.${machines.indexOf(machine) + 1}`;
  const living = new Set<string>();

  const destroy = (machine: string): void => {
    if (!living.delete(machine)) return;
    const pids = ip('netns', 'pids', spaceOf(machine)).split('\n').filter(Boolean).map(Number);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    // The pair goes with one of its ends; the namespace itself only when its last process has.
    ip('-n', hub, 'link', 'del', portOf(machine));
    ip('netns', 'del', spaceOf(machine));
  };
  const network: Network = {
    via: (machine) => ['ip', 'netns', 'exec', spaceOf(machine)],
    address,
    addresses(machine) {
      if (!living.has(machine)) return [];
      const shown = ip('-n', spaceOf(machine), '-4', '-o', 'addr', 'show', 'dev', INTERFACE);
      return [...shown.matchAll(/inet ([\d.]+)/g)].map(([, found]) => found ?? '');
    },
    split(...others) {
      for (const machine of living)
        ip('-n', hub, 'link', 'set', portOf(machine), 'master', others.includes(machine) ? 'br1' : 'br0');
    },
    heal: () => network.split(),
    destroy,
    end() {
      for (const machine of [...living]) destroy(machine);
      spawnSync('ip', ['netns', 'del', hub]);
    },
  };

  ip('netns', 'add', hub);
  try {
    for (const bridge of ['br0', 'br1']) {
      ip('-n', hub, 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0', 'forward_delay', '0');
      ip('-n', hub, 'link', 'set', bridge, 'up');
    }
    for (const machine of machines) {
      const space = spaceOf(machine);
      ip('netns', 'add', space);
      living.add(machine);
      ip(
        '-n',
        hub,
        'link',
        'add',
        portOf(machine),
        'type',
        'veth',
        'peer',
        'name',
        INTERFACE,
        'netns',
        space,
      );
      ip('-n', hub, 'link', 'set', portOf(machine), 'master', 'br0', 'up');
      ip('-n', space, 'link', 'set', 'lo', 'up');
      ip('-n', space, 'addr', 'add', `${address(machine)}/24`, 'dev', INTERFACE);
      ip('-n', space, 'link', 'set', INTERFACE, 'up');
      ip('-n', space, 'route', 'add', '224.0.0.0/4', 'dev', INTERFACE);
    }
    return network;
  } catch (error) {
    network.end();
    throw error;
  }
}
