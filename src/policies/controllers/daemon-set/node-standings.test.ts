import { expect, it } from 'vitest';
import fc from 'fast-check';
import { daemonSetNamed, meta, nodeNamed, podNamed } from '../../../../test/doubles/workload-objects.ts';
import {
  walkedCounts,
  walkedNeeds,
  walkedReplacement,
  walkedSurge,
  type Scene,
} from '../../../../test/oracle/daemon-set-walk.ts';
import type { Change } from '../../../sim/api/change.ts';
import type { DaemonSet } from '../../../sim/api/daemon-set.ts';
import type { Node, Taint } from '../../../sim/api/node.ts';
import type { Pod } from '../../../sim/api/pod.ts';
import type { ControllerHost, ControllerLister } from '../../../sim/policy-api/controllers.ts';
import { REVISION_LABEL } from '../history/revisions.ts';
import { allByNode } from './daemon-pods.ts';
import { FailedPodsBackoff } from './failed-pods.ts';
import { KeptStandings } from './kept-standings.ts';
import { needsOf, type Changes } from './node-needs.ts';
import { PodIndex } from './pod-index.ts';
import { Standing } from './standing.ts';
import { updateStep } from './update-plan.ts';

const NODES = ['n1', 'n2', 'n3', 'n4'];
const TAINTS: readonly Taint[][] = [[], [{ key: 'k', effect: 'NoSchedule' }], [{ key: 'k', effect: 'NoExecute' }]];
const HASHES = ['one', 'two'];
const LABELS = HASHES.map((hash) => ({ app: 'web', [REVISION_LABEL]: hash }));

const nodeStep = fc.record({
  what: fc.constant('node' as const),
  name: fc.constantFrom(...NODES),
  taints: fc.constantFrom(...TAINTS),
  gone: fc.nat(3).map((n) => n === 0),
});
const podStep = fc.record({
  what: fc.constant('pod' as const),
  name: fc.constantFrom('p', 'q', 'r', 's', 't', 'u'),
  node: fc.constantFrom(...NODES),
  bound: fc.boolean(),
  hash: fc.nat(1),
  readySince: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
  ended: fc.nat(4).map((n) => n === 0),
  leaving: fc.nat(3).map((n) => n === 0),
  gone: fc.nat(4).map((n) => n === 0),
});
const syncStep = fc.record({
  what: fc.constant('sync' as const),
  hash: fc.constantFrom(...HASHES),
  minReadySeconds: fc.constantFrom(0, 3),
  atOnce: fc.integer({ min: 1, max: 4 }),
});
type PodStep = typeof podStep extends fc.Arbitrary<infer T> ? T : never;
type SyncStep = typeof syncStep extends fc.Arbitrary<infer T> ? T : never;

function podOf({ name, node, bound, hash, readySince, ended, leaving }: PodStep, born: number): Pod {
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'set', controller: true };
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [node] }] };
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
  };
  const pod = podNamed(name, LABELS[hash]!, bound ? { nodeName: node, affinity } : { affinity });
  const ready = { type: 'Ready' as const, status: 'True' as const, lastTransitionTime: (readySince ?? 0) * 1_000_000 };
  return {
    ...pod,
    metadata: meta(name, {
      uid: `${name}-${born}`,
      creationTimestamp: born,
      labels: LABELS[hash]!,
      ownerReferences: [owner],
      ...(leaving ? { deletionTimestamp: 1 } : {}),
    }),
    status: {
      phase: ended && leaving ? 'Failed' : 'Running',
      conditions: readySince === undefined ? [] : [ready],
    },
  };
}

function setOf(
  { minReadySeconds }: SyncStep,
  rollingUpdate: { readonly maxUnavailable: number; readonly maxSurge: number },
  template: DaemonSet['spec']['template'],
): DaemonSet {
  const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate };
  const set = daemonSetNamed('agent', { minReadySeconds, updateStrategy, template });
  return { ...set, metadata: { ...set.metadata, uid: 'set' } };
}

function named({ create, remove }: Changes): object {
  return { create, remove: remove.map(({ metadata }) => metadata.name) };
}

it('says what a walk over all nodes would say, whatever came, changed and went since the last sync', () => {
  const { template } = daemonSetNamed('agent').spec;
  const history = fc.array(fc.oneof(nodeStep, podStep, { arbitrary: syncStep, weight: 2 }), {
    minLength: 20,
    maxLength: 60,
  });
  let judged = 0;
  fc.assert(
    fc.property(history, (steps) => {
      const nodes = new Map<string, Node>();
      const pods = new Map<string, Pod>();
      const lister = { list: () => [...nodes.values()], get: (name: string) => nodes.get(name) };
      const kept = new KeptStandings(lister as unknown as ControllerLister<'Node'>);
      const index = new PodIndex((uid, node) => kept.podsChanged(uid, node));
      let born = 0;
      for (const [second, step] of steps.entries()) {
        const now = second * 200_000;
        if (step.what === 'node') {
          const { name, taints, gone } = step;
          const previous = nodes.get(name);
          if (gone && previous === undefined) continue;
          const fresh = nodeNamed(name);
          const metadata = previous?.metadata ?? { ...fresh.metadata, uid: `${name}-${born++}` };
          const object = { ...fresh, metadata, spec: { taints } };
          if (gone) nodes.delete(name);
          else nodes.set(name, object);
          const type = gone ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
          kept.nodeChanged({ type, object, previous } as Change<'Node'>);
        } else if (step.what === 'pod') {
          const previous = pods.get(step.name);
          if (step.gone && previous === undefined) continue;
          const object = step.gone ? previous! : podOf(step, previous?.metadata.creationTimestamp ?? born++);
          const type = step.gone ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
          index.apply({ type, object, previous } as Change<'Pod'>);
          if (step.gone) pods.delete(step.name);
          else pods.set(step.name, object);
        } else {
          const set = setOf(step, { maxUnavailable: step.atOnce, maxSurge: 0 }, template);
          const inOrder = [...index.all('set').values()].flat();
          const scene: Scene = { set, hash: step.hash, nodes: lister.list(), pods: inOrder, now };
          const subject = { set, hash: step.hash, now };
          const standings = kept.begin(set).look(subject, index.all('set'));
          expect([...allByNode([...pods.values()]).keys()].sort()).toEqual([...index.all('set').keys()].sort());
          expect(standings.nodes()).toEqual(scene.nodes);
          expect({
            desired: standings.count(Standing.Desired),
            current: standings.count(Standing.Current),
            misscheduled: standings.count(Standing.Misscheduled),
            ready: standings.count(Standing.Ready),
            available: standings.count(Standing.Available),
            updated: standings.count(Standing.Updated),
          }).toEqual(walkedCounts(scene));
          const host = { now: () => now } as unknown as ControllerHost;
          const judge = { host, key: 'default/agent', set, hash: step.hash, failed: new FailedPodsBackoff() };
          expect(named(needsOf(judge, standings))).toEqual(walkedNeeds(scene));
          expect(named(updateStep(subject, standings))).toEqual(walkedReplacement(scene));
          const surging = setOf(step, { maxUnavailable: 0, maxSurge: step.atOnce }, template);
          const surge = named(updateStep({ ...subject, set: surging }, standings));
          expect(surge).toEqual(walkedSurge({ ...scene, set: surging }));
          judged++;
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(judged).toBeGreaterThan(3_000);
});
