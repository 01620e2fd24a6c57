import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultPolicies } from '../src/policies/default-policies.ts';
import { loadScenario } from '../src/scenario/load-scenario.ts';
import { keyOf } from '../src/sim/api/kinds.ts';
import { LABEL_SERVICE_NAME } from '../src/sim/api/service.ts';
import { Simulation } from '../src/sim/simulation.ts';

/** Other people's applications, unchanged: every Deployment reaches its replicas, every Service has its endpoints. */

const data = process.env['ORRERY_DATA'];
const folder = data === undefined ? undefined : join(data, 'manifests');
const present = folder !== undefined && existsSync(folder);

const APPLICATIONS = [
  ['online-boutique', 12],
  ['sock-shop', 14],
  ['voting-app', 5],
] as const;

describe.skipIf(!present)('real manifests (skipped without ORRERY_DATA)', () => {
  it.each(APPLICATIONS)('%s runs unchanged', (name, deployments) => {
    const { scenario } = loadScenario(join(folder!, name));
    const simulation = new Simulation(scenario, defaultPolicies(), { pod: () => undefined, event: () => undefined });
    while (simulation.advance(Number.MAX_SAFE_INTEGER));
    const run = simulation.finish();
    expect(run.stopped).toBe('quiescent');
    expect(run.commandFailures).toEqual([]);
    const { store } = simulation.api;
    const all = [...store.values('Deployment')];
    expect(all).toHaveLength(deployments);
    for (const { spec, status, metadata } of all) {
      expect([metadata.name, status.availableReplicas, status.updatedReplicas]).toEqual([
        metadata.name,
        spec.replicas,
        spec.replicas,
      ]);
    }
    const ready = new Map<string, number>();
    for (const slice of store.values('EndpointSlice')) {
      const service = `${slice.metadata.namespace}/${slice.metadata.labels[LABEL_SERVICE_NAME]}`;
      const count = slice.endpoints.filter((endpoint) => endpoint.conditions.ready).length;
      ready.set(service, (ready.get(service) ?? 0) + count);
    }
    for (const service of store.values('Service')) {
      const selected = [...store.values('Pod')].filter(
        (pod) =>
          pod.metadata.namespace === service.metadata.namespace &&
          Object.entries(service.spec.selector ?? {}).every(([key, value]) => pod.metadata.labels[key] === value),
      );
      expect([keyOf(service), ready.get(keyOf(service)) ?? 0]).toEqual([keyOf(service), selected.length]);
      expect(selected.length).toBeGreaterThan(0);
    }
  });
});
