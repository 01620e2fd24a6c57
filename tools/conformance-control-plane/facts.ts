import type { Answer } from './requests.ts';

/** A line of a timeline. */
export interface Line {
  readonly rv: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: string;
  readonly name: string;
  readonly what: Readonly<Record<string, unknown>>;
}

/** What does not hang on milliseconds: what must come out the same in every run of one scenario. */
export interface Facts {
  readonly answers: readonly string[];
  /** By class of interchangeable pods: how many came, ran and went. */
  readonly pods: Readonly<Record<string, string>>;
  /** By object: the last value of every condition. */
  readonly conditions: Readonly<Record<string, string>>;
  /** By object: the reasons of its Events. */
  readonly events: Readonly<Record<string, string>>;
  /** What every object but pods and slices had at the end. */
  readonly replicas: Readonly<Record<string, string>>;
}

/** Pods of one controller are interchangeable. */
function classOf(name: string): string {
  return name.replace(/-#\d+/g, '-#').replace(/<slice\d+>/g, '<slice>');
}

export function factsOf(lines: readonly Line[], steps: readonly { readonly result?: readonly Answer[] }[]): Facts {
  const answers = steps.flatMap(({ result = [] }) => result.map(({ req, code }) => `${classOf(req)} ${code ?? ''}`));
  const pods = new Map<string, { created: number; running: Set<string>; gone: number }>();
  const state = new Map<string, Record<string, unknown>>();
  const events = new Map<string, Set<string>>();
  for (const { kind, name, type, what } of [...lines].sort((a, b) => a.rv - b.rv)) {
    if (kind === 'Event') {
      // Whether a node is registered before t=0 hangs on when the monitor's pass came.
      if (what['reason'] === 'RegisteredNode') continue;
      const about = classOf(name);
      events.set(about, (events.get(about) ?? new Set()).add(String(what['reason'])));
      continue;
    }
    if (kind === 'Pod') {
      const key = classOf(name);
      const life = pods.get(key) ?? { created: 0, running: new Set(), gone: 0 };
      pods.set(key, life);
      if (type === 'ADDED') life.created++;
      if (what['phase'] === 'Running') life.running.add(name);
      if (type === 'DELETED') life.gone++;
      continue;
    }
    const key = `${kind}/${name}`;
    if (type === 'DELETED') state.delete(key);
    else state.set(key, { ...state.get(key), ...what });
  }
  const told = (key: string, wanted: (member: string) => boolean): string =>
    Object.entries(state.get(key)!)
      .filter(([member, value]) => wanted(member) && value !== null && value !== 0)
      .map(([member, value]) => `${member}=${JSON.stringify(value)}`)
      .sort()
      .join(' ');
  const objects = [...state.keys()].filter((key) => /^(?:Deployment|ReplicaSet|StatefulSet|Job)\//.test(key)).sort();
  const byObject = (wanted: (member: string) => boolean): Record<string, string> =>
    Object.fromEntries(objects.map((key) => [key, told(key, wanted)] as const).filter(([, text]) => text !== ''));
  return {
    answers,
    pods: sorted(pods, ({ created, running, gone }) => `${created} created, ${running.size} ran, ${gone} gone`),
    conditions: byObject((member) => member.startsWith('cond.')),
    events: sorted(events, (reasons) => [...reasons].sort().join(' ')),
    replicas: byObject((member) => /^(?:spec\.replicas|status\.(?!observedGeneration|.*Time))/.test(member)),
  };
}

function sorted<T>(map: ReadonlyMap<string, T>, text: (value: T) => string): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, text(value)]));
}
