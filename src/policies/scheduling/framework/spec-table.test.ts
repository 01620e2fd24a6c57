import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PodSpec } from '../../../sim/api/pod.ts';
import { deriveFacts } from './spec-facts.ts';
import { SpecTable } from './spec-table.ts';

const SPEC: PodSpec = {
  containers: [{ name: 'c', image: 'app:v1', resources: { requests: { cpu: '100m' } } }],
  nodeSelector: { disk: 'ssd' },
  priority: 3,
};

test('specs that say the same share their facts, whoever wrote them', () => {
  const table = new SpecTable();
  expect(table.factsOf(structuredClone(SPEC), 'default')).toBe(table.factsOf(SPEC, 'default'));
  expect(table.factsOf(SPEC, 'team')).not.toBe(table.factsOf(SPEC, 'default'));
});

test('what no plugin looks at tells nobody apart: names, hosts, commands, mounts, the volume of a token', () => {
  const table = new SpecTable();
  const [container] = SPEC.containers;
  const token = (name: string): PodSpec => ({
    ...SPEC,
    nodeName: name,
    hostname: name,
    containers: [{ ...container!, env: [{ name: 'X', value: name }], volumeMounts: [{ name, mountPath: '/t' }] }],
    volumes: [{ name, projected: {} }],
  });
  expect(table.factsOf(token('a'), 'default')).toBe(table.factsOf(token('b'), 'default'));
  expect(table.factsOf(token('a'), 'default').hasVolumes).toBe(true);
  expect(table.factsOf(token('a'), 'default')).not.toBe(table.factsOf(SPEC, 'default'));
});

test('what a plugin looks at does: an image, a port, a request, a claim, a toleration, a policy of preemption', () => {
  const table = new SpecTable();
  const [container] = SPEC.containers;
  const others: readonly PodSpec[] = [
    SPEC,
    { ...SPEC, containers: [{ ...container!, image: 'app:v2' }] },
    { ...SPEC, containers: [{ ...container!, ports: [{ containerPort: 1, hostPort: 1 }] }] },
    { ...SPEC, containers: [{ ...container!, resources: { requests: { cpu: '200m' } } }] },
    { ...SPEC, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] },
    { ...SPEC, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'd' } }] },
    { ...SPEC, tolerations: [{ operator: 'Exists' }] },
    { ...SPEC, preemptionPolicy: 'Never' },
    { ...SPEC, initContainers: [container!] },
    { ...SPEC, overhead: { cpu: '1' } },
    { ...SPEC, resources: { requests: { cpu: '1' } } },
  ];
  expect(new Set(others.map((spec) => table.factsOf(structuredClone(spec), 'default'))).size).toBe(others.length);
});

test('shared facts are those that would have been derived, also where the table forgets', () => {
  const requests = fc.dictionary(fc.constantFrom('cpu', 'memory', 'example.com/gpu'), fc.constantFrom('1', '2', '300'));
  const spec = fc.record(
    {
      containers: fc.array(
        fc.record({ name: fc.string(), image: fc.constantFrom('a', 'b'), resources: fc.record({ requests }) }),
        {
          minLength: 1,
          maxLength: 2,
        },
      ),
      hostname: fc.string(),
      nodeName: fc.constantFrom('n', 'm'),
      priority: fc.nat(2),
      overhead: requests,
      volumes: fc.array(fc.record({ name: fc.string(), emptyDir: fc.constant({}) }), { maxLength: 1 }),
    },
    { requiredKeys: ['containers'] },
  );
  const told = (facts: ReturnType<typeof deriveFacts>) => {
    const { spec: _, memo: __, ...rest } = facts;
    return rest;
  };
  fc.assert(
    fc.property(fc.array(spec, { maxLength: 30 }), fc.constantFrom(1, 3, 8192), (specs, capacity) => {
      const table = new SpecTable(capacity);
      for (const one of [...specs, ...structuredClone(specs)]) {
        expect(told(table.factsOf(one, 'default'))).toEqual(told(deriveFacts(one, 'default')));
      }
    }),
  );
});
