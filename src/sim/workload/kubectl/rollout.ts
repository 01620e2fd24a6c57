import type { ControllerRevision } from '../../api/controller-revision.ts';
import type { ApiObject } from '../../api/kinds.ts';
import { controllerOf, type Labels } from '../../api/meta.ts';
import { formatTimestamp } from '../../api/timestamps.ts';
import { sameData } from '../../api/equality.ts';
import type { Deployment, ReplicaSet } from '../../api/workloads.ts';
import type { KubectlCommand } from '../../scenario/kubectl.ts';
import { LAST_APPLIED } from './apply.ts';
import { namespaceIn, nameIn, printed, quotedResource } from './resource-name.ts';
import { demand, type KubectlSteps, type Terminal } from './steps.ts';

type Rollout = Extract<KubectlCommand, { verb: 'rollout' }>;

const REVISION = 'deployment.kubernetes.io/revision';
const TEMPLATE_HASH = 'pod-template-hash';
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
/** Annotations that stay a Deployment's own when it takes back those of an older ReplicaSet. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  LAST_APPLIED,
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

/** `kubectl rollout undo | pause | resume | restart`. */
export function* rollout(terminal: Terminal, command: Rollout): KubectlSteps {
  const { kind, key } = command;
  const found = yield* demand(terminal, { verb: 'get', kind, key });
  if (found?.object === undefined) return;
  switch (command.action) {
    case 'pause':
    case 'resume':
      return yield* setPaused(terminal, found.object as Deployment, key, command.action);
    case 'restart':
      return yield* restart(terminal, found.object, key);
    case 'undo':
      if (kind === 'Deployment') return yield* undo(terminal, found.object as Deployment, key, command.toRevision);
      return yield* undoByRevision(terminal, found.object, key, command.toRevision);
  }
}

function* setPaused(terminal: Terminal, deployment: Deployment, key: string, action: 'pause' | 'resume'): KubectlSteps {
  const paused = action === 'pause';
  if (deployment.spec.paused === paused) {
    return terminal.fail(`error: ${quotedResource('Deployment', key)} is ${paused ? 'already' : 'not'} paused`);
  }
  const patch = { spec: { paused: paused ? true : null } };
  const done = yield* demand(terminal, { verb: 'patch', kind: 'Deployment', key, patchType: 'strategic', patch });
  if (done !== undefined) terminal.out(`${printed('Deployment', key)} ${paused ? 'paused' : 'resumed'}`);
}

function* restart(terminal: Terminal, object: ApiObject, key: string): KubectlSteps {
  if (object.kind === 'Deployment' && object.spec.paused) {
    return terminal.fail(
      `error: ${quotedResource('Deployment', key)} can't restart paused deployment (run rollout resume first)`,
    );
  }
  const annotations = { [RESTARTED_AT]: formatTimestamp(terminal.now()) };
  const patch = { spec: { template: { metadata: { annotations } } } };
  const done = yield* demand(terminal, { verb: 'patch', kind: object.kind, key, patchType: 'strategic', patch });
  if (done !== undefined) terminal.out(`${printed(object.kind, key)} restarted`);
}

/** The template of an older ReplicaSet becomes the Deployment's again, in one JSON patch. */
function* undo(terminal: Terminal, deployment: Deployment, key: string, toRevision: number): KubectlSteps {
  if (deployment.spec.paused) {
    return terminal.fail(
      `error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume deployment/${nameIn(key)}' and try again`,
    );
  }
  const listed = yield* demand(terminal, { verb: 'list', kind: 'ReplicaSet', namespace: namespaceIn(key) });
  if (listed === undefined) return;
  const sets = (listed.list!.items as readonly ReplicaSet[]).filter(
    (set) => controllerOf(set.metadata)?.uid === deployment.metadata.uid,
  );
  const target = chosen(sets, (set) => Number(set.metadata.annotations[REVISION] ?? 0), toRevision);
  if (target === undefined) return terminal.fail(missing('deployment', key, toRevision));
  const { template } = target.spec;
  const restored = { ...template, metadata: { ...template.metadata, labels: without(template.metadata.labels) } };
  if (sameData(restored, deployment.spec.template)) {
    const revision = target.metadata.annotations[REVISION];
    return terminal.out(
      `${printed('Deployment', key)} skipped rollback (current template already matches revision ${revision})`,
    );
  }
  const patch = [
    { op: 'replace', path: '/spec/template', value: restored },
    { op: 'replace', path: '/metadata/annotations', value: annotationsOf(deployment, target) },
  ] as const;
  const done = yield* demand(terminal, { verb: 'patch', kind: 'Deployment', key, patchType: 'json', patch });
  if (done !== undefined) terminal.out(`${printed('Deployment', key)} rolled back`);
}

/** A StatefulSet or DaemonSet goes back by the patch that its ControllerRevision holds. */
function* undoByRevision(terminal: Terminal, object: ApiObject, key: string, toRevision: number): KubectlSteps {
  const listed = yield* demand(terminal, { verb: 'list', kind: 'ControllerRevision', namespace: namespaceIn(key) });
  if (listed === undefined) return;
  const revisions = (listed.list!.items as readonly ControllerRevision[]).filter(
    (one) => controllerOf(one.metadata)?.uid === object.metadata.uid,
  );
  const target = chosen(revisions, ({ revision }) => revision, toRevision);
  if (target === undefined) return terminal.fail(missing(object.kind.toLowerCase(), key, toRevision));
  const patch = target.data as Readonly<Record<string, unknown>>;
  const done = yield* demand(terminal, { verb: 'patch', kind: object.kind, key, patchType: 'strategic', patch });
  if (done !== undefined) terminal.out(`${printed(object.kind, key)} rolled back`);
}

/** The wanted revision; 0: the one before the newest. */
function chosen<T>(all: readonly T[], revisionOf: (one: T) => number, wanted: number): T | undefined {
  if (wanted > 0) return all.find((one) => revisionOf(one) === wanted);
  return [...all].sort((a, b) => revisionOf(b) - revisionOf(a))[1];
}

function missing(kind: string, key: string, revision: number): string {
  return revision > 0
    ? `error: unable to find specified revision ${revision} in history`
    : `error: no rollout history found for ${kind} "${nameIn(key)}"`;
}

function without(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => label !== TEMPLATE_HASH));
}

function annotationsOf(deployment: Deployment, target: ReplicaSet): Labels {
  const own = Object.entries(deployment.metadata.annotations).filter(([name]) => OWN_ANNOTATIONS.has(name));
  const restored = Object.entries(target.metadata.annotations).filter(([name]) => !OWN_ANNOTATIONS.has(name));
  return Object.fromEntries([...own, ...restored]);
}
