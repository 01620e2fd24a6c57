import type { NetworkPlace } from '../sim/scenario/faults.ts';

/** How many of each stand in the control plane, and whoever else is on its network. */
export interface ControlPlane {
  readonly etcdMembers: number;
  readonly apiServers: number;
  readonly controllerManagers: number;
  readonly schedulers: number;
  /** Of workloads and traces. */
  readonly workloads: readonly string[];
  hasNode(name: string): boolean;
  /** The first of them: not all of a very large cluster. */
  nodes(): Iterable<string>;
  readonly zones: ReadonlySet<string>;
}

/** Why there is no such place: what was meant is among `known`, if anything is. */
export interface NoPlace {
  readonly code: 'unknown-object' | 'unknown-replica' | 'unknown-member';
  readonly message: string;
  readonly help: string | undefined;
  readonly missing: string;
  readonly known: Iterable<string> | undefined;
}

interface Family {
  readonly what: string;
  readonly key: string;
  readonly count: (control: ControlPlane) => number;
  /** Words for one of them, beside its number. */
  readonly words: readonly string[];
}

const FAMILIES = {
  etcd: { what: 'member of etcd', key: 'etcd.members', count: (c) => c.etcdMembers, words: ['leader', 'follower'] },
  'kube-apiserver': { what: 'API server', key: 'apiServers', count: (c) => c.apiServers, words: [] },
  'kube-controller-manager': {
    what: 'controller manager',
    key: 'controllerManagers',
    count: (c) => c.controllerManagers,
    words: ['leader', 'standby'],
  },
  'kube-scheduler': { what: 'scheduler', key: 'schedulers', count: (c) => c.schedulers, words: ['leader', 'standby'] },
} satisfies Readonly<Record<string, Family>>;

type Component = keyof typeof FAMILIES;
const isComponent = (name: string): name is Component => Object.hasOwn(FAMILIES, name);

/** What a scenario calls somebody on the network. */
export function placeOf(text: string, control: ControlPlane): { readonly place: NetworkPlace } | NoPlace {
  const slash = text.indexOf('/');
  const head = slash < 0 ? text : text.slice(0, slash);
  const rest = slash < 0 ? undefined : text.slice(slash + 1);
  if (isComponent(head)) return processOf(head, rest, control);
  if (head === 'kubectl' && rest === undefined) return { place: { component: 'client', name: 'kubectl' } };
  if (rest !== undefined && head === 'node') {
    if (control.hasNode(rest)) return { place: { component: 'node', name: rest } };
    return missing('node', rest, control.nodes());
  }
  if (rest !== undefined && head === 'zone') {
    return control.zones.has(rest)
      ? { place: { component: 'zone', name: rest } }
      : missing('zone', rest, control.zones);
  }
  if (rest !== undefined && head === 'workload') {
    if (control.workloads.includes(rest)) return { place: { component: 'client', name: text } };
    return missing('workload', rest, control.workloads);
  }
  const known = [...Object.keys(FAMILIES), 'node', 'zone', 'workload', 'kubectl'];
  return { ...missing('component', text, known), missing: head, help: `there are ${known.join(', ')}` };
}

function missing(what: string, name: string, known: Iterable<string>): NoPlace {
  return { code: 'unknown-object', message: `there is no ${what} \`${name}\``, help: undefined, missing: name, known };
}

function processOf(
  component: Component,
  which: string | undefined,
  control: ControlPlane,
): { readonly place: NetworkPlace } | NoPlace {
  const family: Family = FAMILIES[component];
  const count = family.count(control);
  const place = (one: number | string): { readonly place: NetworkPlace } => ({
    place: { component, which: one } as NetworkPlace,
  });
  if (which === undefined) return place('every');
  if (/^[0-9]$/.test(which) && Number(which) < count) return place(Number(which));
  const alone = count === 1 && (which === 'follower' || which === 'standby');
  if (family.words.includes(which) && !alone) return place(which);
  const code = component === 'etcd' ? 'unknown-member' : 'unknown-replica';
  const there = count === 1 ? `is one ${family.what}` : `are ${count} of ${component}`;
  if (/^[0-9]+$/.test(which) || alone) {
    const message = `there ${there}, numbered from 0: there is no \`${component}/${which}\``;
    return { code, message, help: `set \`cluster.controlPlane.${family.key}\``, missing: which, known: undefined };
  }
  const words = [...family.words, '0'].map((word) => `\`${component}/${word}\``).join(', ');
  const message = `there is no \`${component}/${which}\``;
  return { code, message, help: `write ${words} or \`${component}\``, missing: which, known: family.words.map(String) };
}
