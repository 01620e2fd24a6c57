import { cronJob } from '../../src/policies/controllers/cron-job.ts';
import { daemonSet } from '../../src/policies/controllers/daemon-set.ts';
import { deployment } from '../../src/policies/controllers/deployment.ts';
import { endpointSlice } from '../../src/policies/controllers/endpoint-slice.ts';
import { garbageCollector } from '../../src/policies/controllers/garbage-collector.ts';
import { job } from '../../src/policies/controllers/job.ts';
import { replicaSet, replicationController } from '../../src/policies/controllers/replica-set.ts';
import { statefulSet } from '../../src/policies/controllers/stateful-set.ts';
import { ttlAfterFinished } from '../../src/policies/controllers/ttl-after-finished.ts';
import type { Change } from '../../src/sim/api/change.ts';
import { decodeObject } from '../../src/sim/api/decode/decode-object.ts';
import type { ApiObject, Kind, Kinds } from '../../src/sim/api/kinds.ts';
import { controllerOf } from '../../src/sim/api/meta.ts';
import type { MetricsSource } from '../../src/sim/api/metrics.ts';
import { conditionOf, isPodReady } from '../../src/sim/api/pod.ts';
import type { ControllerFactory } from '../../src/sim/policy-api/controllers.ts';
import { ControllerWorld, SECOND, type WorldOptions } from './controller-world.ts';
import { nodeNamed, playKubelets } from './workload-objects.ts';

/** What users do in a small cluster, and until when it is watched. */
export interface Play {
  readonly name: string;
  /** At so many seconds. */
  readonly acts: readonly (readonly [at: number, act: (world: ControllerWorld) => void])[];
  readonly seconds: number;
  /** Who answers for the metrics APIs. */
  readonly metrics?: MetricsSource;
  /** Controllers that take part beside those of workloads. */
  readonly with?: readonly ControllerFactory[];
  /** Controllers that the play is about: each of them writes something in it. */
  readonly about: readonly string[];
  /** Who changes, not only creates, an object of which kind in it. */
  readonly updates?: readonly (readonly [controller: string, kind: Kind])[];
  /**
   * A kind that a controller looks up and has no handler for, here as in Kubernetes: where its cache lags, what the
   * controller put off stays so until something else happens to the object of this key.
   */
  readonly unheard?: { readonly kind: Kind; readonly key: string };
}

/** Every controller of workloads, together as in one controller manager. */
export const CONTROLLERS: readonly ControllerFactory[] = [
  deployment,
  replicaSet,
  replicationController(),
  statefulSet(),
  daemonSet(),
  job(),
  cronJob,
  ttlAfterFinished,
  endpointSlice(),
  garbageCollector,
];

/** An object as a manifest gives it: `more` is what it has beside a name and a spec. */
export function manifest(apiVersion: string, kind: Kind, name: string, spec?: object, more: object = {}): ApiObject {
  const problems: string[] = [];
  const raw = { apiVersion, kind, metadata: { name }, ...(spec === undefined ? {} : { spec }), ...more };
  const object = decodeObject(raw, ({ severity, message }) => {
    if (severity === 'error') problems.push(message);
  });
  if (object === undefined) throw new Error(problems.join('; '));
  return object;
}

export function podTemplate(image: string, app = 'web', more: object = {}): object {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image }], ...more } };
}

/** Changes members of an object's spec. */
export function edit<K extends Kind>(kind: K, name: string, change: object): (world: ControllerWorld) => void {
  return (world) =>
    world.edit(kind, `default/${name}`, (object) => {
      const { spec } = object as unknown as { readonly spec: object };
      return { ...object, spec: { ...spec, ...change } } as unknown as Kinds[K];
    });
}

/** The same as `edit`, for the image of a template. */
export function setImage(kind: 'DaemonSet' | 'Deployment' | 'StatefulSet', name: string, image: string) {
  return (world: ControllerWorld): void =>
    world.edit(kind, `default/${name}`, (object) => {
      const { template } = object.spec;
      const containers = template.spec.containers.map((container) => ({ ...container, image }));
      const next = { ...template, spec: { ...template.spec, containers } };
      return { ...object, spec: { ...object.spec, template: next } } as typeof object;
    });
}

/** Puts a play on, before the eyes of `watcher`: pods become ready after a second, those of Jobs end a second later, and all take one to stop. */
export function perform(
  play: Play,
  options: Partial<WorldOptions> = {},
  watcher?: (change: Change) => void,
): ControllerWorld {
  const world = new ControllerWorld({
    ...(play.metrics === undefined ? {} : { metrics: play.metrics }),
    ...options,
    controllers: [...(options.controllers ?? CONTROLLERS), ...(play.with ?? [])],
  });
  if (watcher !== undefined) world.watchers.push(watcher);
  playKubelets(world, () => SECOND);
  playCompletions(world);
  for (let i = 1; i <= 3; i++) world.apply(nodeNamed(`n${i}`));
  for (const [at, act] of play.acts) world.after(at * SECOND, () => act(world));
  world.run(play.seconds * SECOND);
  return world;
}

function playCompletions(world: ControllerWorld): void {
  world.watchers.push(({ type, object }) => {
    if (object.kind !== 'Pod' || type !== 'ADDED' || object.spec.restartPolicy !== 'Never') return;
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    world.after(2 * SECOND, () => {
      if (world.get('Pod', key)?.metadata.uid !== object.metadata.uid) return;
      world.edit('Pod', key, (pod) => ({
        ...pod,
        status: { ...pod.status, phase: 'Succeeded', conditions: [{ type: 'Ready', status: 'False' }] },
      }));
    });
  });
}

/** How many objects the controllers have created so far, by kind. */
export function made(world: ControllerWorld): ReadonlyMap<Kind, number> {
  const counts = new Map<Kind, number>();
  for (const { request, ok } of world.sent) {
    if (!ok || request.verb !== 'create') continue;
    const { kind } = request.object;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/**
 * What a way leaves behind: times, names, and messages. The Progressing message of a Deployment names the ReplicaSet that
 * was last seen to progress, which a controller that was away may have missed, here as in Kubernetes.
 */
const OF_CHANCE = /^message$|Time$|Timestamp$|^uid$|^resourceVersion$|^observedGeneration$|^uncountedTerminatedPods$/;

/** What a world has come to, whatever way it went: names, times and numbers of chance left out. */
export function outcome(world: ControllerWorld): string[] {
  const lines: string[] = [];
  for (const pod of world.list('Pod')) {
    const owner = controllerOf(pod.metadata);
    const state = pod.metadata.deletionTimestamp === undefined ? pod.status.phase : 'terminating';
    lines.push(
      `Pod of ${owner?.kind}/${owner?.name}: ${pod.spec.containers[0]!.image} ${state} ready=${isPodReady(pod)}`,
    );
  }
  for (const slice of world.list('EndpointSlice')) {
    const endpoints = slice.endpoints.map(({ conditions }) => JSON.stringify(conditions)).sort();
    lines.push(`EndpointSlice of ${controllerOf(slice.metadata)?.name}: ${endpoints.join(' ')}`);
  }
  for (const claim of world.list('PersistentVolumeClaim')) {
    const owners = claim.metadata.ownerReferences.map(({ kind, name }) => `${kind}/${name}`);
    lines.push(`PersistentVolumeClaim ${claim.metadata.name}: ${owners.join(' ')}`);
  }
  for (const { metadata, revision } of world.list('ControllerRevision')) {
    lines.push(`ControllerRevision ${metadata.name}: ${revision}`);
  }
  for (const volume of world.list('PersistentVolume')) {
    lines.push(`PersistentVolume of ${volume.spec.claimRef?.name}: ${volume.status?.phase}`);
  }
  for (const { metadata, subsets } of world.list('Endpoints')) {
    const addresses = subsets.map((one) => `${one.addresses?.length ?? 0} of ${one.ports?.map(({ port }) => port)}`);
    lines.push(`Endpoints ${metadata.name}: ${addresses.join(' ')}`);
  }
  for (const { metadata, spec, status } of world.list('Node')) {
    const taints = (spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
    const ready = conditionOf(status.conditions, 'Ready')?.status;
    lines.push(
      `Node ${metadata.name} ready=${ready}: ${JSON.stringify(metadata.annotations)} ${taints.sort().join(' ')}`,
    );
  }
  for (const { metadata, status } of world.list('Namespace')) lines.push(`Namespace ${metadata.name} ${status.phase}`);
  for (const kind of WITH_STATUS) {
    for (const object of world.list(kind)) {
      lines.push(`${kind} ${object.metadata.name}: ${JSON.stringify(withoutChance(object.status))}`);
    }
  }
  return lines.sort();
}

const WITH_STATUS = [
  'CronJob',
  'DaemonSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'Job',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'ReplicaSet',
  'ReplicationController',
  'ResourceQuota',
  'StatefulSet',
] as const satisfies readonly Kind[];

function withoutChance(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.map(withoutChance).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const members = Object.entries(value).filter(([name, member]) => !OF_CHANCE.test(name) && member !== undefined);
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, withoutChance(member)]),
  );
}
