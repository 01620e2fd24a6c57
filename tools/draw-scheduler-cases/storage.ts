import { HOSTNAME, OLD_ZONE, ZONE, ZONES } from './cluster.ts';
import type { Draw, Json } from './draw.ts';

const DRIVERS = ['disk.csi.cloud.example', 'nfs.csi.k8s.io'];

/** Lists of a case that are about storage, and what the pod mounts. */
export interface Storage {
  readonly lists: Json;
  readonly volumes: Json[];
}

/**
 * Claims of every state, their volumes and classes, drivers with limits and capacities. Free volumes differ in size: among
 * equal ones the real binder goes by the order of a Go map.
 */
export function storage(draw: Draw, nodeNames: readonly string[], podName: string, namespace: string): Storage {
  const lists: Record<string, Json[]> = {};
  const add = (list: string, object: Json): Json => {
    (lists[list] ??= []).push(object);
    return object;
  };
  const volumes: Json[] = [];
  const classes = ['slow', 'late', 'late-local'].map((name) => {
    const late = name !== 'slow';
    add('storageClasses', {
      metadata: { name },
      provisioner: name === 'late-local' ? 'kubernetes.io/no-provisioner' : draw.of(...DRIVERS),
      volumeBindingMode: late ? 'WaitForFirstConsumer' : 'Immediate',
      ...(name === 'late'
        ? draw.maybe(40, 'allowedTopologies', () => [
            { matchLabelExpressions: [{ key: ZONE, values: draw.some(50, ZONES).concat('basement') }] },
          ])
        : {}),
    });
    return name;
  });
  const near = (): Json => {
    const expressions = draw.of(
      [{ key: ZONE, operator: 'In', values: draw.some(50, ZONES).concat(draw.of(...ZONES)) }],
      [{ key: HOSTNAME, operator: 'In', values: [draw.of(...nodeNames)] }],
      [{ key: 'arch', operator: 'Exists' }],
    );
    return { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: expressions }] } } };
  };
  const volume = (className: string, size: string): Json => {
    const name = `pv-${draw.unique()}`;
    return add('persistentVolumes', {
      metadata: {
        name,
        ...draw.maybe(25, 'labels', () => ({
          [draw.of(ZONE, OLD_ZONE)]: draw.of('basement', 'eu-north-1a', 'eu-north-1a__eu-north-1b'),
        })),
      },
      spec: {
        storageClassName: className,
        capacity: { storage: size },
        accessModes: draw.chance(85) ? ['ReadWriteOnce'] : ['ReadWriteMany', 'ReadOnlyMany'],
        csi: { driver: draw.of(...DRIVERS), volumeHandle: name },
        ...(draw.chance(60) ? near() : {}),
      },
      status: { phase: 'Available' },
    });
  };
  const claim = (name: string, className: string): Json =>
    add('persistentVolumeClaims', {
      metadata: { name, namespace, uid: `uid-${name}` },
      spec: {
        storageClassName: className,
        accessModes: [draw.of('ReadWriteOnce', 'ReadWriteOnce', 'ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod')],
        resources: { requests: { storage: draw.of('1Gi', '3Gi', '20G') } },
      },
      status: { phase: 'Pending' },
    });
  const bind = (claim: Json, volume: Json): void => {
    const { metadata } = claim as { metadata: Json };
    const { metadata: of } = volume as { metadata: Json };
    (claim['spec'] as Json)['volumeName'] = of['name'];
    claim['status'] = { phase: 'Bound' };
    if (draw.chance(90)) metadata['annotations'] = { 'pv.kubernetes.io/bind-completed': 'yes' };
    (volume['spec'] as Json)['claimRef'] = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
      name: metadata['name'],
      uid: metadata['uid'],
    };
    volume['status'] = { phase: 'Bound' };
  };
  for (let i = 0, n = draw.between(1, 3); i < n; i++) {
    const name = `v${i}`;
    const kind = draw.below(12);
    if (kind === 0) {
      volumes.push({
        name,
        ephemeral: {
          volumeClaimTemplate: {
            spec: {
              storageClassName: 'late',
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Gi' } },
            },
          },
        },
      });
      if (draw.chance(75)) {
        const of = claim(`${podName}-${name}`, draw.of(...classes));
        if (draw.chance(80)) {
          const owner = {
            apiVersion: 'v1',
            kind: 'Pod',
            name: podName,
            uid: `${namespace}/${podName}`,
            controller: true,
          };
          (of['metadata'] as Json)['ownerReferences'] = [owner];
        }
        if (draw.chance(60)) bind(of, volume('late', '9Gi'));
      }
      continue;
    }
    if (kind === 1) {
      volumes.push({ name, emptyDir: {} });
      continue;
    }
    volumes.push({ name, persistentVolumeClaim: { claimName: `data-${i}` } });
    if (kind === 2) continue;
    const className = draw.of(...classes, 'late', 'late-local');
    const made = claim(`data-${i}`, kind === 3 ? 'unknown-class' : className);
    if (kind === 4) (made['metadata'] as Json)['deletionTimestamp'] = '2026-03-01T00:00:00Z';
    if (kind < 8) bind(made, volume(className, '30Gi'));
    else if (kind === 8)
      (made['metadata'] as Json)['annotations'] = { 'volume.kubernetes.io/selected-node': draw.of(...nodeNames) };
    else if (kind === 9) (made['spec'] as Json)['volumeName'] = 'pv-lost';
  }
  for (let i = 0; i < nodeNames.length; i++)
    if (draw.chance(35)) volume(draw.of('late', 'late-local'), `${2048 + 17 * i}Mi`);
  for (const driver of DRIVERS) {
    if (draw.chance(60)) add('csiDrivers', { metadata: { name: driver }, spec: { storageCapacity: draw.chance(50) } });
  }
  for (let i = 0; i < draw.below(5); i++) {
    add('csiStorageCapacities', {
      metadata: { name: `capacity-${i}`, namespace: 'kube-system' },
      storageClassName: 'late',
      ...draw.maybe(85, 'nodeTopology', () => ({ matchLabels: { [ZONE]: draw.of(...ZONES) } })),
      ...draw.maybe(90, 'capacity', () => draw.of('0', '2Gi', '100Gi')),
      ...draw.maybe(30, 'maximumVolumeSize', () => draw.of('1Gi', '50Gi')),
    });
  }
  for (const name of draw.some(60, nodeNames)) {
    add('csiNodes', {
      metadata: { name },
      spec: {
        drivers: draw.some(80, DRIVERS).map((driver) => ({
          name: driver,
          nodeID: name,
          topologyKeys: [],
          ...draw.maybe(80, 'allocatable', () => ({ count: draw.of(0, 1, 2, 3, 20) })),
        })),
      },
    });
  }
  return { lists, volumes };
}
