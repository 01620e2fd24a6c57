import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultPolicies } from '../src/policies/default-policies.ts';
import { loadScenario } from '../src/scenario/load-scenario.ts';
import { keyOf, type ApiObject } from '../src/sim/api/kinds.ts';
import { LABEL_ZONE } from '../src/sim/api/node.ts';
import { LABEL_SERVICE_NAME, type EndpointSlice } from '../src/sim/api/service.ts';
import type { Scenario } from '../src/sim/scenario/scenario.ts';
import type { TimelineEntry } from '../src/sim/scenario/timeline.ts';
import { Simulation } from '../src/sim/simulation.ts';

/** Other people's applications, three of everything, with a zone that goes down and a rolling update on top. */

const data = process.env['ORRERY_DATA'];
const folder = data === undefined ? undefined : join(data, 'manifests');
const present = folder !== undefined && existsSync(folder);

const SECOND = 1_000_000;
const REPLICAS = 3;
const OUTAGE_AT = 300 * SECOND;
const OUTAGE = 900 * SECOND;
const UPDATE_AT = 420 * SECOND;
const DURATION = 2_400 * SECOND;

describe.skipIf(!present)('a zone is lost under real manifests (skipped without ORRERY_DATA)', () => {
  it.each(['online-boutique', 'sock-shop', 'voting-app'])(
    '%s is whole again, and its Services are never empty',
    (name) => {
      const { scenario } = loadScenario(join(folder!, name));
      const troubled = withTrouble(scenario);
      const simulation = new Simulation(troubled, defaultPolicies(), { pod: () => undefined, event: () => undefined });
      const { store } = simulation.api;
      const zoneOf = (nodeName: string | undefined): string =>
        store.get('Node', nodeName ?? '')?.metadata.labels[LABEL_ZONE] ?? '';
      const ready = new Map<string, Set<string>>();
      const emptied: string[] = [];
      const spread = new Set<string>();
      simulation.api.observe(({ kind, change, committedAt }) => {
        if (committedAt >= OUTAGE_AT && spread.size === 0) {
          for (const [service, pods] of ready) {
            const zones = new Set([...pods].map((key) => zoneOf(store.get('Pod', key)?.spec.nodeName)));
            if (zones.size > 1) spread.add(service);
          }
        }
        if (kind !== 'EndpointSlice') return;
        const slice = change.object as EndpointSlice;
        const service = `${slice.metadata.namespace}/${slice.metadata.labels[LABEL_SERVICE_NAME]}`;
        ready.set(service, readyPodsOf(slice));
        if (spread.has(service) && ready.get(service)!.size === 0) emptied.push(service);
      });
      while (simulation.advance(Number.MAX_SAFE_INTEGER));
      simulation.finish();
      expect(spread.size).toBeGreaterThan(2);
      expect(emptied).toEqual([]);
      for (const { spec, status, metadata } of store.values('Deployment')) {
        const { availableReplicas, updatedReplicas, replicas } = status;
        expect([metadata.name, availableReplicas, updatedReplicas, replicas]).toEqual([
          metadata.name,
          spec.replicas,
          spec.replicas,
          spec.replicas,
        ]);
        expect(spec.template.spec.containers[0]!.image).toContain('updated');
      }
    },
  );
});

function readyPodsOf(slice: EndpointSlice): Set<string> {
  const pods = new Set<string>();
  for (const { conditions, targetRef } of slice.endpoints) {
    if (conditions.ready && targetRef !== undefined) pods.add(`${slice.metadata.namespace}/${targetRef.name}`);
  }
  return pods;
}

function withTrouble(scenario: Scenario): Scenario {
  const timeline: TimelineEntry[] = [];
  const manifests = scenario.manifests.map((object): ApiObject => {
    if (object.kind !== 'Deployment') return object;
    const container = object.spec.template.spec.containers[0]!;
    timeline.push({
      atMicros: UPDATE_AT,
      text: `set image deployment/${object.metadata.name}`,
      command: {
        verb: 'set-image',
        kind: 'Deployment',
        key: keyOf(object),
        images: { [container.name]: `${container.image.split(/[:@]/)[0]!}:updated` },
      },
    } as TimelineEntry);
    return { ...object, spec: { ...object.spec, replicas: REPLICAS } };
  });
  const zone = scenario.cluster.nodes[0]!.zones[0]!;
  return {
    ...scenario,
    durationMicros: DURATION,
    manifests,
    timeline,
    faults: [{ atMicros: OUTAGE_AT, text: 'ZoneOutage', fault: { kind: 'ZoneOutage', zone, durationMicros: OUTAGE } }],
  };
}
