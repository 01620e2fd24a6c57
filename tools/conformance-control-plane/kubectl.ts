import { controllerOf } from '../../src/sim/api/meta.ts';
import type { ReplicaSet } from '../../src/sim/api/workloads.ts';
import { NotReplayed } from './not-replayed.ts';
import { keyIn, send, type Answer, type Done } from './requests.ts';
import type { World } from './world.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

/** A line of kubectl, with what it prints. */
export function kubectl(world: World, line: string, done: Done): void {
  const undo = /^rollout undo deployment\/(\S+)(?: --to-revision=(\d+))?$/.exec(line);
  if (undo !== null) {
    rolloutUndo(world, line, undo[1]!, Number(undo[2] ?? 0), done);
    return;
  }
  throw new NotReplayed(`kubectl ${line}`);
}

/** The template of an older replica set becomes the Deployment's again. */
function rolloutUndo(world: World, line: string, name: string, revision: number, done: Done): void {
  const { store } = world.simulation.api;
  const key = keyIn(world, 'Deployment', name);
  const deployment = store.get('Deployment', key);
  if (deployment === undefined) throw new NotReplayed(`kubectl ${line}: there is no such Deployment`);
  const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations[REVISION] ?? 0);
  const sets = [...store.values('ReplicaSet')]
    .filter((set) => controllerOf(set.metadata)?.uid === deployment.metadata.uid)
    .sort((a, b) => revisionOf(b) - revisionOf(a));
  const target = revision === 0 ? sets[1] : sets.find((set) => revisionOf(set) === revision);
  if (target === undefined) throw new NotReplayed(`kubectl ${line}: there is no such revision`);
  const labels = Object.fromEntries(
    Object.entries(target.spec.template.metadata.labels).filter(([label]) => label !== HASH),
  );
  const template = { ...target.spec.template, metadata: { ...target.spec.template.metadata, labels } };
  const object = {
    ...deployment,
    metadata: { ...deployment.metadata, resourceVersion: 0 },
    spec: { ...deployment.spec, template },
  };
  send(world, `kubectl ${line}`, { verb: 'update', object }, 0, ({ req, code }) =>
    done({ req, code: code ?? 0, out: `deployment.apps/${name} rolled back\n`, err: '' }),
  );
}

/** `kubectl apply -f` of every file of the recording's folder of manifests. */
export function applyFolder(_world: World, _value: unknown, _done: (answers: readonly Answer[]) => void): void {
  throw new NotReplayed('operation apply');
}
