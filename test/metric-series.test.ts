import { describe, expect, it } from 'vitest';
import { runText } from './doubles/cloud-run.ts';

/** Metrics of objects and of the world outside, and what autoscalers make of them. */

function scenario(metrics: string, metric: string, seconds = 900): string {
  return `# What do replicas do?
apiVersion: orrery.dev/v1
kind: Scenario
metadata: { name: metrics }
spec:
  duration: ${seconds}s
  cluster: { nodes: [{ count: 4, capacity: { cpu: 16 } }] }
  metrics: ${metrics}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker }
spec:
  replicas: 1
  selector: { matchLabels: { app: worker } }
  template:
    metadata: { labels: { app: worker } }
    spec: { containers: [{ name: s, image: 'worker:v1', resources: { requests: { cpu: 100m } } }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: worker }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: worker }
  maxReplicas: 20
  metrics: [${metric}]
`;
}

const external = (target: string, selector = ''): string =>
  `{ type: External, external: { metric: { name: queue${selector} }, target: ${target} } }`;
const ofService =
  '{ type: Object, object: { describedObject: { kind: Service, name: shop }, metric: { name: hits }, target: { type: Value, value: 10 } } }';

describe('a metric of the scenario', { timeout: 60_000 }, () => {
  it('of the world outside sets replicas as it changes, within a scrape and a pass', async () => {
    const steps = '[{ name: queue, steps: [{ at: 0s, is: 30 }, { at: 5m, is: 120 }] }]';
    const { record, events } = await runText(scenario(steps, external('{ type: AverageValue, averageValue: 10 }')));
    expect(record.last.podsReady).toBe(12);
    const scaled = events.filter(({ reason }) => reason === 'SuccessfulRescale');
    expect(scaled[0]!.message).toContain('New size: 3; reason: external metric queue');
    const later = scaled.find(({ at }) => at > 300_000_000)!;
    expect(later.at).toBeLessThan(335_000_000);
  });

  it('is chosen by its labels, and several are added up', async () => {
    const series =
      '[{ name: queue, labels: { of: a, at: x }, is: 20 }, { name: queue, labels: { of: a }, is: 30 }, { name: queue, labels: { of: b }, is: 500 }]';
    const chosen = external('{ type: AverageValue, averageValue: 10 }', ', selector: { matchLabels: { of: a } }');
    expect((await runText(scenario(series, chosen))).record.last.podsReady).toBe(5);
  });

  it('of an object may be shared by the pods that serve it: they grow until each has what it should', async () => {
    const shared = '[{ name: hits, object: Service/shop, is: 100, sharedBy: { app: worker } }]';
    const { record } = await runText(scenario(shared, ofService, 1800));
    expect(record.last.podsReady).toBeGreaterThanOrEqual(10);
    expect(record.last.podsReady).toBeLessThanOrEqual(11);
  });

  it('follows straight lines between points', async () => {
    const curve = '[{ name: queue, is: [{ at: 0s, is: 0 }, { at: 10m, is: 100 }] }]';
    const { record } = await runText(scenario(curve, external('{ type: AverageValue, averageValue: 10 }'), 330));
    expect(record.last.podsReady).toBeGreaterThanOrEqual(4);
    expect(record.last.podsReady).toBeLessThanOrEqual(6);
  });

  it('that nobody has is told as such', async () => {
    const other = '[{ name: other, is: 1 }]';
    const told = async (metric: string): Promise<string[]> =>
      (await runText(scenario(other, metric, 120))).events
        .filter(({ reason }) => reason.startsWith('FailedGet'))
        .map(({ message }) => message);
    expect((await told(external('{ type: Value, value: 1 }')))[0]).toContain(
      'no metrics returned from external metrics API',
    );
    expect((await told(ofService))[0]).toContain('the server could not find the metric hits for Service shop');
  });
});
