import { describe, expect, test } from 'vitest';
import {
  nodeOf,
  podOf,
  SchedulingWorld,
  type NodeWish,
  type PodWish,
} from '../../../../test/doubles/scheduling-world.ts';
import { meta } from '../../../../test/doubles/objects.ts';
import type { Change } from '../../../sim/api/change.ts';
import type { Kind, Kinds } from '../../../sim/api/kinds.ts';
import type { Pod, PodAffinityTerm, TopologySpreadConstraint } from '../../../sim/api/pod.ts';
import { HintTable } from '../../../sim/control-plane/scheduling-queue/hints.ts';
import { QueuedPod } from '../../../sim/control-plane/scheduling-queue/queued-pod.ts';

/**
 * kube-scheduler-semantics.md 5.8, row by row: whether an event brings back a pod that a plugin has rejected. The plugins are
 * those of the default profile, the question goes through the queue's own table.
 */

const world = new SchedulingWorld();
const table = new HintTable(world.policy.hints);

function asks(plugin: string, pod: Pod, event: string, change: Change): boolean {
  const queued = new QueuedPod(pod, 0, 0);
  queued.rejectedBy(plugin);
  return table.worthRequeuing(queued, 'default-scheduler', { event, change }) !== 'skip';
}

function added<K extends Kind>(object: Kinds[K]): Change {
  return { type: 'ADDED', object, previous: undefined } as unknown as Change;
}
function modified<K extends Kind>(previous: Kinds[K], object: Kinds[K]): Change {
  return { type: 'MODIFIED', object, previous } as unknown as Change;
}
function deleted<K extends Kind>(object: Kinds[K]): Change {
  return { type: 'DELETED', object, previous: object } as unknown as Change;
}

const node = (wish: NodeWish = {}): Kinds['Node'] => nodeOf('n', wish);
const nodeAdd = (wish: NodeWish = {}): Change => added(node(wish));
const nodeUpdate = (before: NodeWish, after: NodeWish): Change => modified(node(before), node(after));

describe('SchedulingGates', () => {
  const pod = podOf('p');
  test('its own gates are gone', () => {
    const event = 'UnscheduledPod/UpdatePodSchedulingGatesEliminated';
    expect(asks('SchedulingGates', pod, event, modified(pod, pod))).toBe(true);
    expect(asks('SchedulingGates', pod, event, modified(podOf('q'), podOf('q')))).toBe(false);
    expect(asks('SchedulingGates', pod, 'UnscheduledPod/Update', modified(pod, pod))).toBe(false);
  });
});

describe('NodeUnschedulable', () => {
  const [open, cordoned]: NodeWish[] = [{}, { spec: { unschedulable: true } }];
  test.each([
    ['a node that can be used', 'Node/Add', nodeAdd(open), true],
    ['a cordoned node', 'Node/Add', nodeAdd(cordoned), false],
    ['uncordoned', 'Node/UpdateNodeTaint', nodeUpdate(cordoned!, open!), true],
    ['cordoned', 'Node/UpdateNodeTaint', nodeUpdate(open!, cordoned!), false],
    ['was open and is', 'Node/UpdateNodeTaint', nodeUpdate(open!, open!), false],
  ])('%s', (_name, event, change, queues) => {
    expect(asks('NodeUnschedulable', podOf('p'), event, change)).toBe(queues);
  });

  test('the pod tolerates it now', () => {
    const tolerating = podOf('p', { spec: { tolerations: [{ operator: 'Exists' }] } });
    const event = 'UnscheduledPod/UpdatePodToleration';
    expect(asks('NodeUnschedulable', podOf('p'), event, modified(podOf('p'), tolerating))).toBe(true);
    expect(asks('NodeUnschedulable', podOf('p'), event, modified(podOf('p'), podOf('p')))).toBe(false);
    expect(asks('NodeUnschedulable', podOf('other'), event, modified(podOf('p'), tolerating))).toBe(false);
  });
});

describe('NodeName', () => {
  test('any new node', () => {
    expect(asks('NodeName', podOf('p', { spec: { nodeName: 'x' } }), 'Node/Add', nodeAdd())).toBe(true);
  });
});

describe('TaintToleration', () => {
  const [a, b]: NodeWish[] = ['a', 'b'].map((key) => ({ spec: { taints: [{ key, effect: 'NoSchedule' }] } }));
  const pod = podOf('p', { spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } });
  test.each([
    ['a new node whose taints it tolerates', 'Node/Add', nodeAdd(a), true],
    ['a new node whose taints it does not', 'Node/Add', nodeAdd(b), false],
    ['tolerates now what it did not', 'Node/UpdateNodeTaint', nodeUpdate(b!, a!), true],
    ['tolerated it before', 'Node/UpdateNodeTaint', nodeUpdate({}, a!), false],
    ['no longer tolerates it', 'Node/UpdateNodeTaint', nodeUpdate(a!, b!), false],
    ['its own tolerations changed', 'UnscheduledPod/UpdatePodToleration', modified(pod, pod), true],
    ["another's did", 'UnscheduledPod/UpdatePodToleration', modified(podOf('q'), podOf('q')), false],
  ])('%s', (_name, event, change, queues) => {
    expect(asks('TaintToleration', pod, event, change)).toBe(queues);
  });
});

describe('NodeAffinity', () => {
  const pod = podOf('p', { spec: { nodeSelector: { disk: 'ssd' } } });
  const [ssd, hdd]: NodeWish[] = [{ labels: { disk: 'ssd' } }, { labels: { disk: 'hdd' } }];
  test.each([
    ['a new node that matches', 'Node/Add', nodeAdd(ssd), true],
    ['a new node that does not', 'Node/Add', nodeAdd(hdd), false],
    ['matches now', 'Node/UpdateNodeLabel', nodeUpdate(hdd!, ssd!), true],
    ['matched before', 'Node/UpdateNodeLabel', nodeUpdate(ssd!, { labels: { disk: 'ssd', x: 'y' } }), false],
    ['matches no more', 'Node/UpdateNodeLabel', nodeUpdate(ssd!, hdd!), false],
    ['any change of taints (registration quirk)', 'Node/UpdateNodeTaint', nodeUpdate(hdd!, hdd!), true],
  ])('%s', (_name, event, change, queues) => {
    expect(asks('NodeAffinity', pod, event, change)).toBe(queues);
  });
});

describe('NodePorts', () => {
  const pod = podOf('p', { hostPort: 80 });
  const holder = (wish: PodWish): Change => deleted(podOf('q', { hostPort: 80, ...wish }));
  test.each([
    ['the port is free again', holder({ node: 'n' }), true],
    ['the port was only promised', holder({ status: { nominatedNodeName: 'n' } }), true],
    ['a pod that waited for the same', holder({}), false],
    ['another port', holder({ node: 'n', hostPort: 81 }), false],
  ])('%s', (_name, change, queues) => {
    expect(asks('NodePorts', pod, 'AssignedPod/Delete', change)).toBe(queues);
  });

  test('any new node', () => {
    expect(asks('NodePorts', pod, 'Node/Add', nodeAdd())).toBe(true);
  });
});

describe('NodeResourcesFit', () => {
  const pod = podOf('p', { cpu: '2' });
  const onNode = (cpu: string): Pod => podOf('q', { cpu, node: 'n' });
  test.each([
    ['a pod on a node is gone', 'AssignedPod/Delete', deleted(onNode('1')), true],
    [
      'a nominated pod is gone',
      'UnscheduledPod/Delete',
      deleted(podOf('q', { status: { nominatedNodeName: 'n' } })),
      true,
    ],
    ['a waiting pod is gone', 'UnscheduledPod/Delete', deleted(podOf('q')), false],
    ['it asks for less itself', 'UnscheduledPod/UpdatePodScaleDown', modified(pod, pod), true],
    ['a pod on a node asks for less CPU', 'AssignedPod/UpdatePodScaleDown', modified(onNode('2'), onNode('1')), true],
    ['a pod on a node asks for as much', 'AssignedPod/UpdatePodScaleDown', modified(onNode('2'), onNode('2')), false],
    [
      'a waiting pod asks for less',
      'UnscheduledPod/UpdatePodScaleDown',
      modified(podOf('q', { cpu: '2' }), podOf('q', { cpu: '1' })),
      false,
    ],
    ['a new node it fits', 'Node/Add', nodeAdd({ cpu: '2' }), true],
    ['a new node it does not', 'Node/Add', nodeAdd({ cpu: '1' }), false],
    ['a new node that takes no pods', 'Node/Add', nodeAdd({ pods: '0' }), false],
    ['more of what it asks for', 'Node/UpdateNodeAllocatable', nodeUpdate({ cpu: '3' }, { cpu: '4' }), true],
    ['more, and still not enough', 'Node/UpdateNodeAllocatable', nodeUpdate({ cpu: '1' }, { cpu: '1500m' }), false],
    ['less', 'Node/UpdateNodeAllocatable', nodeUpdate({ cpu: '4' }, { cpu: '3' }), false],
    ['more of what it does not ask for', 'Node/UpdateNodeAllocatable', nodeUpdate({}, { memory: '32Gi' }), false],
    ['room for more pods', 'Node/UpdateNodeAllocatable', nodeUpdate({}, { pods: '111' }), true],
    ['any change of taints (registration quirk)', 'Node/UpdateNodeTaint', nodeUpdate({}, {}), true],
    ['labels', 'Node/UpdateNodeLabel', nodeUpdate({}, { labels: { a: 'b' } }), false],
  ])('%s', (_name, event, change, queues) => {
    expect(asks('NodeResourcesFit', pod, event, change)).toBe(queues);
  });

  test('extended resources', () => {
    const spec = { containers: [{ name: 'c', image: 'i', resources: { requests: { 'x.io/gpu': '2' } } }] };
    const gpus = (amount: string): NodeWish => ({ more: { 'x.io/gpu': amount } });
    const wants = podOf('p', { spec });
    expect(asks('NodeResourcesFit', wants, 'Node/Add', nodeAdd(gpus('2')))).toBe(true);
    expect(asks('NodeResourcesFit', wants, 'Node/Add', nodeAdd(gpus('1')))).toBe(false);
    expect(asks('NodeResourcesFit', wants, 'Node/UpdateNodeAllocatable', nodeUpdate(gpus('2'), gpus('4')))).toBe(true);
  });
});

describe('PodTopologySpread', () => {
  const constraint: TopologySpreadConstraint = {
    maxSkew: 1,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
  };
  const spread = (more: Partial<TopologySpreadConstraint> = {}): Pod =>
    podOf('p', { labels: { app: 'web' }, spec: { topologySpreadConstraints: [{ ...constraint, ...more }] } });
  const pod = spread();
  const other = (wish: PodWish): Pod => podOf('q', { labels: { app: 'web' }, node: 'n', ...wish });
  const [here, there, nowhere]: NodeWish[] = [{ labels: { zone: 'a' } }, { labels: { zone: 'b' } }, {}];
  const tainted: NodeWish = { ...here, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } };
  test.each([
    ['a pod that counts has come', 'AssignedPod/Add', added(other({})), true],
    ['one of other labels', 'AssignedPod/Add', added(other({ labels: {} })), false],
    ['one of another namespace', 'AssignedPod/Add', added(other({ namespace: 'x' })), false],
    ['a pod that counted is gone', 'AssignedPod/Delete', deleted(other({})), true],
    [
      'a nominated one is gone',
      'UnscheduledPod/Delete',
      deleted(other({ node: '', status: { nominatedNodeName: 'n' } })),
      true,
    ],
    ['one that waited is gone', 'UnscheduledPod/Delete', deleted(podOf('q', { labels: { app: 'web' } })), false],
    ['it counts now', 'AssignedPod/UpdatePodLabel', modified(other({ labels: {} }), other({})), true],
    ['it counts no more', 'AssignedPod/UpdatePodLabel', modified(other({}), other({ labels: {} })), true],
    [
      'it counts as before',
      'AssignedPod/UpdatePodLabel',
      modified(other({}), other({ labels: { app: 'web', x: 'y' } })),
      false,
    ],
    ['a node with the key', 'Node/Add', nodeAdd(here), true],
    ['a node without', 'Node/Add', nodeAdd(nowhere), false],
    ['a node with the key is gone', 'Node/Delete', deleted(node(here)), true],
    ['a node without is gone', 'Node/Delete', deleted(node(nowhere)), false],
    ['the key has come', 'Node/UpdateNodeLabel', nodeUpdate(nowhere!, here!), true],
    ['the key is gone', 'Node/UpdateNodeLabel', nodeUpdate(here!, nowhere!), true],
    ['another domain', 'Node/UpdateNodeLabel', nodeUpdate(here!, there!), true],
    ['the same domain', 'Node/UpdateNodeLabel', nodeUpdate(here!, { labels: { zone: 'a', x: 'y' } }), false],
    ['other taints', 'Node/UpdateNodeTaint', nodeUpdate(here!, tainted), true],
    [
      'other taints where it does not count',
      'Node/UpdateNodeTaint',
      nodeUpdate(nowhere!, { spec: tainted.spec! }),
      false,
    ],
  ])('%s', (_name, event, change, queues) => {
    expect(asks('PodTopologySpread', pod, event, change)).toBe(queues);
  });

  test('its own tolerations matter where a constraint honours taints', () => {
    const tolerating = podOf('p', { labels: { app: 'web' }, spec: { tolerations: [{ operator: 'Exists' }] } });
    const change = modified(podOf('p', { labels: { app: 'web' } }), tolerating);
    const event = 'UnscheduledPod/UpdatePodToleration';
    expect(asks('PodTopologySpread', spread({ nodeTaintsPolicy: 'Honor' }), event, change)).toBe(true);
    expect(asks('PodTopologySpread', pod, event, change)).toBe(false);
  });
});

describe('InterPodAffinity', () => {
  const term: PodAffinityTerm = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'db' } } };
  const required = [term];
  const near = podOf('p', {
    spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } },
  });
  const far = podOf('p', {
    spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } },
  });
  const db = (wish: PodWish = {}): Pod => podOf('q', { labels: { app: 'db' }, node: 'n', ...wish });
  const [here, there, nowhere]: NodeWish[] = [{ labels: { zone: 'a' } }, { labels: { zone: 'b' } }, {}];
  test.each<[string, Pod, string, Change, boolean]>([
    ['near: the wanted pod has come', near, 'AssignedPod/Add', added(db()), true],
    ['near: another pod has come', near, 'AssignedPod/Add', added(db({ labels: {} })), false],
    ['near: one of another namespace', near, 'AssignedPod/Add', added(db({ namespace: 'x' })), false],
    ['far: a pod has come', far, 'AssignedPod/Add', added(db()), false],
    ['far: the pod is gone', far, 'AssignedPod/Delete', deleted(db()), true],
    ['far: another pod is gone', far, 'AssignedPod/Delete', deleted(db({ labels: {} })), false],
    ['near: the wanted pod is gone', near, 'AssignedPod/Delete', deleted(db()), false],
    ['near: labels match now', near, 'AssignedPod/UpdatePodLabel', modified(db({ labels: {} }), db()), true],
    ['near: labels match no more', near, 'AssignedPod/UpdatePodLabel', modified(db(), db({ labels: {} })), false],
    ['far: labels match no more', far, 'AssignedPod/UpdatePodLabel', modified(db(), db({ labels: {} })), true],
    ['far: labels match now', far, 'AssignedPod/UpdatePodLabel', modified(db({ labels: {} }), db()), false],
    ['its own labels', near, 'UnscheduledPod/UpdatePodLabel', modified(near, near), true],
    ['near: a node with the key', near, 'Node/Add', nodeAdd(here), true],
    ['near: a node without', near, 'Node/Add', nodeAdd(nowhere), false],
    ['far: any node', far, 'Node/Add', nodeAdd(nowhere), true],
    ['near: the key has come', near, 'Node/UpdateNodeLabel', nodeUpdate(nowhere!, here!), true],
    ['near: another domain', near, 'Node/UpdateNodeLabel', nodeUpdate(here!, there!), true],
    ['near: the key is gone', near, 'Node/UpdateNodeLabel', nodeUpdate(here!, nowhere!), false],
    ['far: the key is gone', far, 'Node/UpdateNodeLabel', nodeUpdate(here!, nowhere!), true],
    ['far: another domain', far, 'Node/UpdateNodeLabel', nodeUpdate(here!, there!), true],
    ['far: the key has come', far, 'Node/UpdateNodeLabel', nodeUpdate(nowhere!, here!), false],
  ])('%s', (_name, pod, event, change, queues) => {
    expect(asks('InterPodAffinity', pod, event, change)).toBe(queues);
  });

  test('the deleted pod kept this one away', () => {
    const keeper = podOf('q', { node: 'n', spec: { affinity: far.spec.affinity! } });
    expect(asks('InterPodAffinity', podOf('p', { labels: { app: 'db' } }), 'AssignedPod/Delete', deleted(keeper))).toBe(
      true,
    );
    expect(asks('InterPodAffinity', podOf('p'), 'AssignedPod/Delete', deleted(keeper))).toBe(false);
  });

  test('a namespace selector sees no labels', () => {
    const selecting = (namespaceSelector: object): Pod =>
      podOf('p', {
        spec: {
          affinity: {
            podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, namespaceSelector }] },
          },
        },
      });
    const change = added(db({ namespace: 'x' }));
    expect(asks('InterPodAffinity', selecting({}), 'AssignedPod/Add', change)).toBe(true);
    expect(asks('InterPodAffinity', selecting({ matchLabels: { team: 'a' } }), 'AssignedPod/Add', change)).toBe(false);
  });
});

describe('volumes', () => {
  const claim = (name: string, more: Partial<Kinds['PersistentVolumeClaim']> = {}): Kinds['PersistentVolumeClaim'] => ({
    kind: 'PersistentVolumeClaim',
    metadata: meta({ name }),
    spec: { accessModes: ['ReadWriteOncePod'] },
    ...more,
  });
  const using = (name: string, wish: PodWish = {}): Pod =>
    podOf(name, { ...wish, spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }] } });
  const pod = using('p');
  world.add(claim('c'));
  const csiNode = (count: number): Kinds['CSINode'] => ({
    kind: 'CSINode',
    metadata: meta({ name: 'n', namespace: '' }),
    spec: { drivers: [{ name: 'd', allocatable: { count } }] },
  });
  const storageClass = (more: Partial<Kinds['StorageClass']> = {}): Kinds['StorageClass'] => ({
    kind: 'StorageClass',
    metadata: meta({ name: 's', namespace: '' }),
    provisioner: 'x',
    ...more,
  });
  const volume = (zone?: string): Kinds['PersistentVolume'] => ({
    kind: 'PersistentVolume',
    metadata: meta({
      name: 'v',
      namespace: '',
      labels: zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone },
    }),
    spec: {},
  });
  const capacity = (size: string): Kinds['CSIStorageCapacity'] => ({
    kind: 'CSIStorageCapacity',
    metadata: meta({ name: 'k' }),
    storageClassName: 's',
    capacity: size,
  });
  const driver = (storageCapacity: boolean): Kinds['CSIDriver'] => ({
    kind: 'CSIDriver',
    metadata: meta({ name: 'd', namespace: '' }),
    spec: { storageCapacity },
  });
  const topologies = [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }];

  test.each<[string, string, string, Change, boolean]>([
    ['VolumeRestrictions', 'its claim is free again', 'AssignedPod/Delete', deleted(using('q', { node: 'n' })), true],
    ['VolumeRestrictions', 'a pod without it', 'AssignedPod/Delete', deleted(podOf('q', { node: 'n' })), false],
    ['VolumeRestrictions', 'any node', 'Node/Add', nodeAdd(), true],
    ['VolumeRestrictions', 'its claim has come', 'PersistentVolumeClaim/Add', added(claim('c')), true],
    ['VolumeRestrictions', 'another claim has', 'PersistentVolumeClaim/Add', added(claim('d')), false],
    ['NodeVolumeLimits', 'a CSINode', 'CSINode/Add', added(csiNode(1)), true],
    ['NodeVolumeLimits', 'a higher limit', 'CSINode/Update', modified(csiNode(1), csiNode(2)), true],
    ['NodeVolumeLimits', 'a lower limit', 'CSINode/Update', modified(csiNode(2), csiNode(1)), false],
    ['NodeVolumeLimits', 'a pod with a claim is gone', 'AssignedPod/Delete', deleted(using('q', { node: 'n' })), true],
    ['NodeVolumeLimits', 'a pod without', 'AssignedPod/Delete', deleted(podOf('q', { node: 'n' })), false],
    ['VolumeBinding', 'a class', 'StorageClass/Add', added(storageClass()), true],
    [
      'VolumeBinding',
      'other topologies of a class',
      'StorageClass/Update',
      modified(storageClass(), storageClass({ allowedTopologies: topologies })),
      true,
    ],
    ['VolumeBinding', 'nothing new of a class', 'StorageClass/Update', modified(storageClass(), storageClass()), false],
    ['VolumeBinding', 'its claim changed', 'PersistentVolumeClaim/Update', modified(claim('c'), claim('c')), true],
    ['VolumeBinding', 'another changed', 'PersistentVolumeClaim/Update', modified(claim('d'), claim('d')), false],
    ['VolumeBinding', 'any volume', 'PersistentVolume/Update', modified(volume(), volume()), true],
    ['VolumeBinding', 'a node’s labels', 'Node/UpdateNodeLabel', nodeUpdate({}, {}), true],
    ['VolumeBinding', 'capacity no longer counts', 'CSIDriver/Update', modified(driver(true), driver(false)), true],
    ['VolumeBinding', 'capacity counts now', 'CSIDriver/Update', modified(driver(false), driver(true)), false],
    ['VolumeBinding', 'more capacity', 'CSIStorageCapacity/Update', modified(capacity('1Gi'), capacity('2Gi')), true],
    ['VolumeBinding', 'less capacity', 'CSIStorageCapacity/Update', modified(capacity('2Gi'), capacity('1Gi')), false],
    [
      'VolumeZone',
      'a class that waits for its consumer',
      'StorageClass/Add',
      added(storageClass({ volumeBindingMode: 'WaitForFirstConsumer' })),
      true,
    ],
    ['VolumeZone', 'any other class', 'StorageClass/Add', added(storageClass()), false],
    ['VolumeZone', 'a volume', 'PersistentVolume/Add', added(volume()), true],
    ['VolumeZone', 'another zone of a volume', 'PersistentVolume/Update', modified(volume('a'), volume('b')), true],
    ['VolumeZone', 'the same zone', 'PersistentVolume/Update', modified(volume('a'), volume('a')), false],
  ])('%s: %s', (plugin, _name, event, change, queues) => {
    expect(asks(plugin, pod, event, change)).toBe(queues);
  });
});

describe('DefaultPreemption', () => {
  test('nothing brings a pod back on its account', () => {
    expect(asks('DefaultPreemption', podOf('p'), 'AssignedPod/Delete', deleted(podOf('q', { node: 'n' })))).toBe(false);
  });
});

describe('the registration quirk: taints wake whoever waits for nodes but has not registered for taints', () => {
  const change = nodeUpdate({}, {});
  test.each([
    ['NodeName', true],
    ['NodeAffinity', true],
    ['NodePorts', true],
    ['NodeResourcesFit', true],
    ['VolumeRestrictions', true],
    ['VolumeBinding', true],
    ['VolumeZone', true],
    ['InterPodAffinity', true],
    ['DynamicResources', true],
    ['NodeDeclaredFeatures', true],
    ['TaintToleration', false],
    ['NodeUnschedulable', false],
    ['PodTopologySpread', false],
  ])('%s: %s', (plugin, queues) => {
    const constraint = { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} } as const;
    const pod = podOf('p', { spec: { topologySpreadConstraints: [constraint] } });
    expect(asks(plugin, pod, 'Node/UpdateNodeTaint', change)).toBe(queues);
  });
});
