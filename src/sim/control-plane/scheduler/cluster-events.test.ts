import { describe, expect, test } from 'vitest';
import type { Node } from '../../api/node.ts';
import type { Pod, PodSpec } from '../../api/pod.ts';
import { nodeEvents, podEvents } from './cluster-events.ts';

function node(more: {
  readonly spec?: Node['spec'];
  readonly status?: Partial<Node['status']>;
  readonly labels?: object;
}): Node {
  return {
    kind: 'Node',
    metadata: { labels: more.labels ?? {}, annotations: {} },
    spec: more.spec ?? {},
    status: { capacity: {}, allocatable: { cpu: '4' }, conditions: [], ...more.status },
  } as unknown as Node;
}

function pod(spec: Partial<PodSpec> & { readonly cpu?: string }, labels: object = {}): Pod {
  const { cpu = '1', ...rest } = spec;
  const containers = [{ name: 'c', image: 'x', resources: { requests: { cpu } } }];
  return {
    kind: 'Pod',
    metadata: { labels },
    spec: { containers, ...rest },
    status: { conditions: [] },
  } as unknown as Pod;
}

describe('what a change of a node can mean to a waiting pod (sheet 5.6)', () => {
  const ready = (status: 'True' | 'False', lastHeartbeatTime = 0) => [{ type: 'Ready', status, lastHeartbeatTime }];
  const taint = { key: 'a', effect: 'NoSchedule' } as const;

  test.each<[string, Node, Node, string[]]>([
    ['uncordoned', node({ spec: { unschedulable: true } }), node({}), ['UpdateNodeTaint']],
    ['cordoned: nothing', node({}), node({ spec: { unschedulable: true } }), []],
    ['more room', node({}), node({ status: { allocatable: { cpu: '8' } } }), ['UpdateNodeAllocatable']],
    ['a label', node({}), node({ labels: { zone: 'a' } }), ['UpdateNodeLabel']],
    ['a taint gone', node({ spec: { taints: [taint] } }), node({ spec: { taints: [] } }), ['UpdateNodeTaint']],
    [
      'a condition that turned',
      node({ status: { conditions: ready('False') } }),
      node({ status: { conditions: ready('True') } }),
      ['UpdateNodeCondition'],
    ],
    [
      'a heartbeat: nothing',
      node({ status: { conditions: ready('True', 1) } }),
      node({ status: { conditions: ready('True', 2) } }),
      [],
    ],
    ['a feature declared', node({}), node({ status: { declaredFeatures: ['Resize'] } }), ['UpdateNodeDeclaredFeature']],
    [
      'everything at once, in kube-scheduler’s order',
      node({ spec: { unschedulable: true, taints: [taint] } }),
      node({ labels: { zone: 'a' }, status: { allocatable: { cpu: '8' }, conditions: ready('True') } }),
      ['UpdateNodeTaint', 'UpdateNodeAllocatable', 'UpdateNodeLabel', 'UpdateNodeTaint', 'UpdateNodeCondition'],
    ],
  ])('%s', (_what, before, after, events) => {
    expect(nodeEvents(before, after)).toEqual(events.map((event) => `Node/${event}`));
  });
});

describe('what a change of a pod can mean to waiting pods (sheet 5.6)', () => {
  const gates = (...names: string[]) => ({ schedulingGates: names.map((name) => ({ name })) });
  const tolerations = [{ key: 'a', operator: 'Exists' as const }];

  test.each<[string, Pod, Pod, string[]]>([
    ['labels', pod({}), pod({}, { app: 'web' }), ['UpdatePodLabel']],
    ['a request lowered', pod({ cpu: '2' }), pod({ cpu: '1' }), ['UpdatePodScaleDown']],
    ['a request raised: a plain update', pod({ cpu: '1' }), pod({ cpu: '2' }), ['Update']],
    ['one more toleration', pod({}), pod({ tolerations }), ['UpdatePodToleration']],
    ['one gate of two gone: a plain update', pod(gates('a', 'b')), pod(gates('a')), ['Update']],
    ['the last gate gone', pod(gates('a')), pod(gates()), ['UpdatePodSchedulingGatesEliminated']],
    [
      'labels and less to ask for',
      pod({ cpu: '2' }),
      pod({ cpu: '1' }, { app: 'web' }),
      ['UpdatePodLabel', 'UpdatePodScaleDown'],
    ],
    ['nothing that has a name', pod({}), pod({}), ['Update']],
  ])('%s', (_what, before, after, events) => {
    expect(podEvents(before, after)).toEqual(events.map((event) => `UnscheduledPod/${event}`));
    const on = (one: Pod): Pod => ({ ...one, spec: { ...one.spec, nodeName: 'n1' } });
    expect(podEvents(on(before), on(after))).toEqual(events.map((event) => `AssignedPod/${event}`));
  });
});
