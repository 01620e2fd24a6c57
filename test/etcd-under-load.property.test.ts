import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { Simulation } from '../src/sim/simulation.ts';

const folder = mkdtempSync(join(tmpdir(), 'orrery-etcd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fault = fc.record({
  atMillis: fc.integer({ min: 2_000, max: 20_000 }),
  kind: fc.constantFrom('EtcdMemberCrash', 'EtcdMemberPause', 'EtcdMemberRestart'),
  member: fc.constantFrom('leader', 'follower', '0', '1', '2'),
  forMillis: fc.integer({ min: 200, max: 25_000 }),
});
const load = fc.record({
  faults: fc.array(fault, { minLength: 1, maxLength: 4 }),
  members: fc.constantFrom(3, 5),
  everyMillis: fc.constantFrom(10, 30),
  seed: fc.nat(),
});

/** Pods come and go all the time while members of etcd fail. */
function scenario({
  faults,
  members,
  everyMillis,
  seed,
}: typeof load extends fc.Arbitrary<infer T> ? T : never): string {
  const entries = faults.map(
    ({ atMillis, kind, member, forMillis }) =>
      `    - { at: ${atMillis}ms, fault: { kind: ${kind}, member: ${member}, duration: ${forMillis}ms } }`,
  );
  return `apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: etcd-under-load }
spec:
  seed: ${seed}
  duration: 60s
  cluster:
    nodes: [{ name: node, count: 20, zones: [a, b, c], capacity: { cpu: 64, memory: 256Gi, pods: 110 } }]
    controlPlane: { etcd: { members: ${members} } }
  workload:
    - name: load
      count: ${Math.floor(20_000 / everyMillis)}
      interarrival: ${everyMillis}ms
      lifetime: 10s
      templates: [{ spec: { containers: [{ name: c, image: 'i:1' }] } }]
  timeline:
${entries.join('\n')}
`;
}

it('whatever becomes of its members under load, everything is told to whoever waits, once, and the run ends', async () => {
  await fc.assert(
    fc.asyncProperty(load, async (shape) => {
      const file = join(folder, 'scenario.yaml');
      writeFileSync(file, scenario(shape));
      const { scenario: read, policies } = await prepareRun(file, {});
      const simulation = new Simulation(read, policies, { pod: () => undefined, event: () => undefined });
      while (simulation.advance(Number.MAX_SAFE_INTEGER));
      expect(simulation.finish().last.at).toBe(60_000_000);
    }),
    { numRuns: process.env['ORRERY_LONG'] === undefined ? 4 : 200 },
  );
}, 600_000);
