import { parseSelector, type Selector } from './selector.ts';
import { encodeObject } from '../../src/sim/api/encode-object.ts';
import type { Kinds } from '../../src/sim/api/kinds.ts';
import { isPodTerminal, type Pod, type PodStatus } from '../../src/sim/api/pod.ts';
import { kubectl, applyFolder } from './kubectl.ts';
import { NotReplayed } from './not-replayed.ts';
import { rawRequest, type RawRequest, type Saved } from './raw-request.ts';
import type { RecordedNode } from './recording.ts';
import { answerOf, create, keyIn, keyOf, knownKind, patch, send, type Answer, type Done } from './requests.ts';
import type { World } from './world.ts';

type Json = Readonly<Record<string, unknown>>;
/** Carries out what stands under the name of an operation; `done` with all answers when the last one is there. */
type Operation = (world: World, value: unknown, done: (answers: readonly Answer[]) => void) => void;

/** Between an answer and the recorder's next eviction: recorded, 6 to 20 ms beside the request itself. Microseconds. */
const RECORDER_TURN = 15_000;
/** Between an answer and the recorder's next object: recorded, half of 107 came within 14 ms, the request among them. */
const BETWEEN_OBJECTS = 10_000;

/** Every operation of a step, by its name in `input.yaml`. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  addTaint: (world, value, done) => {
    const { node, taint } = value as { node: string; taint: Json };
    const taints = [...wireTaints(nodeNamed(world, node)), taint];
    patch(world, { kind: 'Node', name: node, type: 'merge', body: { spec: { taints } } }, one(done));
  },
  apply: applyFolder,
  create: (world, value, done) => {
    const afterATurn = (then: () => void): void => world.after(BETWEEN_OBJECTS, then);
    inTurn(
      value as readonly Json[],
      (raw, then) => create(world, raw, (answer) => afterATurn(() => then(answer))),
      done,
    );
  },
  createConfigMaps: (world, value, done) =>
    inTurn(value as readonly Json[], (raw, then) => configMap(world, raw, then), done),
  createPods: (world, value, done) => {
    const { names, count, pod } = value as { names: string; count: number; pod: Json };
    const width = /(\d+)\.\./.exec(names)![1]!.length;
    const prefix = names.slice(0, names.search(/\d/));
    const numbers = Array.from({ length: count }, (_, i) => prefix + String(i + 1).padStart(width, '0'));
    const named = (name: string): Json => ({
      apiVersion: 'v1',
      kind: 'Pod',
      ...pod,
      metadata: { ...(pod['metadata'] as Json), name },
    });
    inTurn(
      numbers,
      (name, then) => create(world, named(name), then),
      () => done([{ req: `POST ${count} pods`, code: 201 }]),
    );
  },
  delete: (world, value, done) => {
    const wanted = (Array.isArray(value) ? value : [value]) as readonly Deletion[];
    inTurn(
      wanted.flatMap((each) => deletions(world, each)),
      (each, then) => remove(world, each, then),
      done,
    );
  },
  deleteNode: (world, value, done) =>
    inTurn(value as readonly string[], (name, then) => remove(world, { kind: 'Node', name }, then), done),
  evict: (world, value, done) => {
    const { selector, ordinals } = value as { selector: string; ordinals?: readonly number[] };
    const afterATurn = (then: () => void): void => world.after(RECORDER_TURN, then);
    inTurn(
      chosen(podsOf(world, selector), ordinals),
      (pod, then) => evict(world, pod, (answers) => afterATurn(() => then(answers))),
      done,
    );
  },
  failPod: (world, value, done) => {
    const { selector, ordinal, status } = value as { selector: string; ordinal: number; status: Partial<PodStatus> };
    const pod = podsOf(world, selector)[ordinal - 1];
    if (pod === undefined) return done([]);
    const { uid, name } = pod.metadata;
    const req = `PATCH Pod/${world.names.named(name)} Failed`;
    send(world, req, { verb: 'patch-status', kind: 'Pod', key: keyOf(pod), uid, status }, 200, one(done));
  },
  forget: (world, value, done) => {
    for (const name of value as readonly string[]) world.kubelets.kill(name);
    done([{ req: 'forget' }]);
  },
  kill: (world, value, done) => {
    for (const name of value as readonly string[]) world.kubelets.kill(name);
    done([{ req: 'kill' }]);
  },
  kubectl: (world, value, done) => kubectl(world, String(value), one(done)),
  metrics: (world, value, done) => {
    world.metrics.set(value as Parameters<World['metrics']['set']>[0]);
    done([{ req: 'metrics' }]);
  },
  nodes: (world, value, done) => {
    inTurn(
      value as readonly RecordedNode[],
      (node, then) => world.register(node, (response) => then(answerOf(world, 'nodes', response, 201))),
      () => done([{ req: 'nodes' }]),
    );
  },
  patch: (world, value, done) => {
    const wanted = (Array.isArray(value) ? value : [value]) as readonly Parameters<typeof patch>[1][];
    inTurn(wanted, (each, then) => patch(world, each, then), done);
  },
  pod: (world, value, done) => {
    const { selector, ordinals, set } = value as { selector: string; ordinals?: readonly number[]; set: Json };
    for (const pod of chosen(podsOf(world, selector), ordinals)) {
      world.kubelets.setReady(pod.spec.nodeName ?? '', pod.metadata.uid, String(set['ready']) === 'true');
    }
    done([{ req: `pod ${pythonJson(value)}` }]);
  },
  request: (world, value, done) => {
    const saved: Saved = new Map();
    const raw = (Array.isArray(value) ? value : [value]) as readonly RawRequest[];
    inTurn(raw, (each, then) => rawRequest(world, each, saved, then), done);
  },
  revive: (world, value, done) => {
    for (const name of value as readonly string[]) world.kubelets.revive(name);
    done([{ req: 'revive' }]);
  },
  scale: (world, value, done) => {
    const { kind, name, replicas } = value as { kind: string; name: string; replicas: number };
    const known = knownKind(kind);
    const request = { verb: 'update-scale', kind: known, key: keyIn(world, known, name), replicas } as const;
    send(world, `SCALE ${kind}/${name}`, request, 200, one(done));
  },
  startScheduler: (world, _value, done) => {
    world.after(SCHEDULER_STARTS, () => world.simulation.scheduler.lead());
    done([{ req: 'start the scheduler' }]);
  },
  stopScheduler: (world, _value, done) => {
    world.simulation.scheduler.standBy();
    done([{ req: 'stop the scheduler' }]);
  },
};

/** A process that starts, fills its caches and takes the lease that its predecessor has let go. */
const SCHEDULER_STARTS = 500_000;

/** One after the other, each when the one before is answered. */
function inTurn<T>(
  items: readonly T[],
  act: (item: T, then: Done) => void,
  done: (answers: readonly Answer[]) => void,
): void {
  const answers: Answer[] = [];
  const next = (): void => {
    const item = items[answers.length];
    if (item === undefined) return done(answers);
    act(item, (answer) => {
      answers.push(answer);
      next();
    });
  };
  next();
}

function one(done: (answers: readonly Answer[]) => void): Done {
  return (answer) => done([answer]);
}

function configMap(world: World, raw: Json, then: Done): void {
  const {
    name,
    owners = [],
    finalizers = [],
  } = raw as {
    name: string;
    owners?: readonly { name: string; uid?: string; blockOwnerDeletion?: boolean }[];
    finalizers?: readonly string[];
  };
  const ownerReferences = owners.map((owner) => {
    const found = world.simulation.api.store.get('ConfigMap', keyIn(world, 'ConfigMap', owner.name));
    const uid = owner.uid ?? found?.metadata.uid ?? '00000000-0000-0000-0000-000000000000';
    return { apiVersion: 'v1', kind: 'ConfigMap', ...owner, uid };
  });
  create(world, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences, finalizers } }, then);
}

interface Deletion {
  readonly kind: string;
  readonly name?: string;
  readonly selector?: string;
  readonly ordinals?: readonly number[];
  readonly policy?: 'Background' | 'Foreground' | 'Orphan';
  readonly grace?: number;
}

function deletions(world: World, wanted: Deletion): readonly Deletion[] {
  if (wanted.selector === undefined) return [wanted];
  const { kind, policy, grace } = wanted;
  const rest = { ...(policy === undefined ? {} : { policy }), ...(grace === undefined ? {} : { grace }) };
  return chosen(podsOf(world, wanted.selector), wanted.ordinals).map((pod) => ({
    kind,
    name: pod.metadata.name,
    ...rest,
  }));
}

function remove(world: World, { kind, name = '', policy, grace }: Deletion, then: Done): void {
  const known = knownKind(kind);
  const req = `DELETE ${kind}/${world.names.named(name)}`;
  const options = {
    ...(policy === undefined ? {} : { propagation: policy }),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
  };
  send(world, req, { verb: 'delete', kind: known, key: keyIn(world, known, name), ...options }, 200, then);
}

function evict(world: World, pod: Pod, then: Done): void {
  const req = `EVICT Pod/${world.names.named(pod.metadata.name)}`;
  send(world, req, { verb: 'evict', key: keyOf(pod) }, 201, then);
}

/** The pods that match, in order of creation, without those that have finished. */
function podsOf(world: World, selector: string): readonly Pod[] {
  const matches: Selector = parseSelector(selector);
  return [...world.simulation.api.store.values('Pod')].filter(
    (pod) => pod.metadata.namespace === world.namespace && matches(pod.metadata.labels) && !isPodTerminal(pod),
  );
}

function chosen(pods: readonly Pod[], ordinals: readonly number[] | undefined): readonly Pod[] {
  if (ordinals === undefined) return pods;
  return ordinals.map((n) => pods[n - 1]).filter((pod) => pod !== undefined);
}

function wireTaints(node: Kinds['Node']): readonly Json[] {
  return (encodeObject(node) as { spec?: { taints?: readonly Json[] } }).spec?.taints ?? [];
}

function nodeNamed(world: World, name: string): Kinds['Node'] {
  const node = world.simulation.api.store.get('Node', name);
  if (node === undefined) throw new NotReplayed(`node ${name} is not there`);
  return node;
}

/** As Python's `json.dumps` writes it, which is what the recordings show. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}: ${pythonJson(each)}`)
    .join(', ')}}`;
}
