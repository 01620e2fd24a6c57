import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeObject } from '../src/sim/api/decode/decode-object.ts';
import { keyOf, type ApiObject } from '../src/sim/api/kinds.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../src/sim/api/storage.ts';
import type { ComponentFault } from '../src/sim/scenario/faults.ts';
import type { FaultEntry, TimelineEntry } from '../src/sim/scenario/timeline.ts';
import type { Simulation } from '../src/sim/simulation.ts';
import { FIXED, runFaulty, SECOND } from './doubles/faulty-cluster.ts';

const ZONE = 'topology.kubernetes.io/zone';

function object(apiVersion: string, kind: string, name: string, body: object): ApiObject {
  const problems: string[] = [];
  const decoded = decodeObject({ apiVersion, kind, metadata: { name, ...meta(body) }, ...body }, (problem) => {
    if (problem.severity === 'error') problems.push(problem.message);
  });
  if (decoded === undefined) throw new Error(problems.join('; '));
  return decoded;
}

function meta(body: object): object {
  return 'annotations' in body ? { annotations: body.annotations } : {};
}

const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

function storageClass(name: string, body: object = {}): ApiObject {
  return object('storage.k8s.io/v1', 'StorageClass', name, {
    provisioner: 'csi.example.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...body,
  });
}

const DEFAULT = { 'storageclass.kubernetes.io/is-default-class': 'true' };

function defaultClass(body: object = {}): ApiObject {
  const made = storageClass('standard', body);
  return { ...made, metadata: { ...made.metadata, annotations: DEFAULT } } as ApiObject;
}

function claim(name: string, spec: object = {}): ApiObject {
  return object('v1', 'PersistentVolumeClaim', name, { spec: { ...CLAIM, ...spec } });
}

function podWith(name: string, claimName: string): ApiObject {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  return object('v1', 'Pod', name, { spec: { containers: [{ name: 'c', image: 'i:1' }], volumes } });
}

function volume(name: string, spec: object = {}): ApiObject {
  const local = { accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } };
  return object('v1', 'PersistentVolume', name, { spec: { ...local, capacity: { storage: '1Gi' }, ...spec } });
}

function statefulSet(replicas: number, spec: object = {}): ApiObject {
  const labels = { app: 'db' };
  const mounts = [{ name: 'data', mountPath: '/data' }];
  return object('apps/v1', 'StatefulSet', 'db', {
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i:1', volumeMounts: mounts }] } },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: CLAIM }],
      ...spec,
    },
  });
}

interface Shape {
  readonly manifests: readonly ApiObject[];
  readonly seconds?: number;
  readonly timeline?: readonly TimelineEntry[];
  readonly faults?: readonly FaultEntry[];
  readonly seed?: string;
}

function run({ manifests, seconds = 120, ...more }: Shape): Simulation {
  const zones = ['a', 'b', 'c'];
  return runFaulty({ nodes: 6, zones, manifests, seconds, parameters: FIXED, ...more }).simulation;
}

const claimsOf = ({ api }: Simulation): PersistentVolumeClaim[] => [...api.store.values('PersistentVolumeClaim')];
const volumesOf = ({ api }: Simulation): PersistentVolume[] => [...api.store.values('PersistentVolume')];
const phases = (simulation: Simulation): (string | undefined)[] => [
  ...claimsOf(simulation).map(({ status }) => status?.phase),
  ...volumesOf(simulation).map(({ status }) => status?.phase),
];

function nodeOf(simulation: Simulation, pod: string): string | undefined {
  return simulation.api.store.get('Pod', `default/${pod}`)?.spec.nodeName;
}

function zoneOf({ api }: Simulation, nodeName: string): string | undefined {
  return api.store.get('Node', nodeName)?.metadata.labels[ZONE];
}

/** What must hold of all volumes, whatever happened. */
function expectSound(simulation: Simulation): void {
  const volumes = new Map(volumesOf(simulation).map((each) => [each.metadata.name, each]));
  const taken = new Set<string>();
  for (const { metadata, spec, status } of claimsOf(simulation)) {
    if (status?.phase !== 'Bound') continue;
    const bound = volumes.get(spec.volumeName!);
    expect(bound?.spec.claimRef?.uid, `the volume of ${metadata.name}`).toBe(metadata.uid);
    expect(taken.has(spec.volumeName!), 'two claims with one volume').toBe(false);
    taken.add(spec.volumeName!);
  }
  for (const pod of simulation.api.store.values('Pod')) {
    if (pod.spec.nodeName === undefined) continue;
    for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue;
      const key = `${pod.metadata.namespace}/${persistentVolumeClaim.claimName}`;
      const found = simulation.api.store.get('PersistentVolumeClaim', key);
      expect(found?.status?.phase, `the claim of ${keyOf(pod)}, which has a node`).toBe('Bound');
      const terms = volumes.get(found!.spec.volumeName!)?.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
      const zones = terms.flatMap(({ matchExpressions = [] }) => matchExpressions.flatMap(({ values = [] }) => values));
      if (zones.length > 0) expect(zones).toContain(zoneOf(simulation, pod.spec.nodeName));
    }
  }
}

describe('claims and volumes', () => {
  it('a class that waits for its first consumer: the pod gets a node first, then the volume is made in its zone', () => {
    const simulation = run({ manifests: [defaultClass(), claim('data'), podWith('app', 'data')] });
    const [made] = volumesOf(simulation);
    expect(phases(simulation)).toEqual(['Bound', 'Bound']);
    expect(claimsOf(simulation)[0]).toMatchObject({
      spec: { storageClassName: 'standard', volumeName: made!.metadata.name },
      status: { capacity: { storage: '1Gi' } },
      metadata: { annotations: { 'volume.kubernetes.io/selected-node': nodeOf(simulation, 'app')! } },
    });
    expect(made!.spec).toMatchObject({ persistentVolumeReclaimPolicy: 'Delete', csi: { driver: 'csi.example.com' } });
    expectSound(simulation);
  });

  it('nobody uses the claim: it waits for its first consumer', () => {
    const simulation = run({ manifests: [defaultClass(), claim('data')] });
    expect(phases(simulation)).toEqual(['Pending']);
  });

  it('a class that binds at once: the volume is there before the pod can be scheduled', () => {
    const manifests = [defaultClass({ volumeBindingMode: 'Immediate' }), claim('data'), podWith('app', 'data')];
    const simulation = run({ manifests });
    expect(phases(simulation)).toEqual(['Bound', 'Bound']);
    expect(nodeOf(simulation, 'app')).toBeDefined();
    expectSound(simulation);
  });

  it('the smallest volume that will do is taken, and only from the node that reaches it', () => {
    const onNode = (name: string): object => ({
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] },
          ],
        },
      },
    });
    const spec = { storageClassName: 'local' };
    const simulation = run({
      manifests: [
        storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
        volume('small', { ...spec, capacity: { storage: '500Mi' }, ...onNode('node-0') }),
        volume('large', { ...spec, capacity: { storage: '10Gi' }, ...onNode('node-1') }),
        volume('right', { ...spec, capacity: { storage: '2Gi' }, ...onNode('node-1') }),
        claim('data', spec),
        podWith('app', 'data'),
      ],
    });
    expect(claimsOf(simulation)[0]).toMatchObject({ spec: { volumeName: 'right' }, status: { phase: 'Bound' } });
    expect(nodeOf(simulation, 'app')).toBe('node-1');
    const taken = volumesOf(simulation).filter(({ status }) => status?.phase === 'Bound');
    expect(taken.map(({ metadata }) => metadata.name)).toEqual(['right']);
  });

  it('no class, or one that nobody has: the claim waits, and so does the pod', () => {
    for (const spec of [{ storageClassName: '' }, { storageClassName: 'gold' }, {}]) {
      const simulation = run({ manifests: [claim('data', spec), podWith('app', 'data')] });
      expect(phases(simulation)).toEqual(['Pending']);
      expect(nodeOf(simulation, 'app')).toBeUndefined();
    }
  });

  it('a claim that is deleted releases its volume: deleted or retained as its policy says', () => {
    const command = {
      verb: 'delete',
      kind: 'PersistentVolumeClaim',
      key: 'default/data',
      gracePeriodSeconds: undefined,
    } as const;
    const timeline: TimelineEntry[] = [{ atMicros: 60 * SECOND, text: 'delete pvc/data', command }];
    const manifests = (reclaimPolicy: string): ApiObject[] => [
      defaultClass({ volumeBindingMode: 'Immediate', reclaimPolicy }),
      claim('data'),
    ];
    expect(phases(run({ manifests: manifests('Retain'), timeline }))).toEqual(['Released']);
    expect(phases(run({ manifests: manifests('Delete'), timeline }))).toEqual([]);
  });

  it('a StatefulSet gets a volume a pod and keeps it when the pod moves', () => {
    const simulation = run({ manifests: [defaultClass(), statefulSet(3)] });
    expect(phases(simulation)).toEqual(Array.from({ length: 6 }, () => 'Bound'));
    expect(new Set(claimsOf(simulation).map(({ spec }) => spec.volumeName)).size).toBe(3);
    expectSound(simulation);
  });

  it('come together whatever crashes on the way', () => {
    const fault = fc.record({
      at: fc.integer({ min: 100, max: 20_000 }),
      kind: fc.constantFrom('SchedulerCrash' as const, 'ControllerManagerCrash' as const),
      forMillis: fc.integer({ min: 100, max: 8_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(fault, { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        (faults, replicas, seed) => {
          const entries = faults.map(({ at, kind, forMillis }) => entryOf(kind, at * 1_000, forMillis * 1_000));
          const simulation = run({
            manifests: [defaultClass(), statefulSet(replicas, { podManagementPolicy: 'Parallel' })],
            faults: entries,
            seconds: 240,
            seed: String(seed),
          });
          expectSound(simulation);
          expect(phases(simulation)).toEqual(Array.from({ length: 2 * replicas }, () => 'Bound'));
          for (let i = 0; i < replicas; i++) expect(nodeOf(simulation, `db-${i}`)).toBeDefined();
        },
      ),
      { numRuns: Number(process.env['ORRERY_LONG'] === undefined ? 25 : 500) },
    );
  });
});

type ProcessEnds = Exclude<ComponentFault, { factor: number }>['kind'];

function entryOf(kind: ProcessEnds, atMicros: number, durationMicros: number): FaultEntry {
  return { atMicros, text: kind, fault: { kind, replica: 0, durationMicros } };
}
