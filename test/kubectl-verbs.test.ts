import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultPolicies } from '../src/policies/default-policies.ts';
import { loadScenario } from '../src/scenario/load-scenario.ts';
import { Simulation } from '../src/sim/simulation.ts';

const MANIFESTS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: server, image: web:v1 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
`;

/** A cluster of three nodes after the commands, ten seconds apart from the tenth on. */
function after(...commands: readonly string[]): { simulation: Simulation; failures: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-kubectl-'));
  try {
    const path = join(folder, 'scenario.yaml');
    const timeline = commands.map((text, i) => `    - { at: ${(i + 1) * 10}s, kubectl: ${JSON.stringify(text)} }`);
    const head = `apiVersion: orrery.dev/v1\nkind: Scenario\nmetadata: { name: verbs }\nspec:\n`;
    const cluster = `  cluster: { nodes: [{ name: n, count: 3, capacity: { cpu: 8, memory: 8Gi, pods: 20 } }] }\n`;
    const end = `  duration: ${(commands.length + 1) * 10 + 60}s\n  timeline:\n${timeline.join('\n')}\n---${MANIFESTS}`;
    writeFileSync(path, head + cluster + end);
    const { scenario } = loadScenario(path);
    const simulation = new Simulation(scenario, defaultPolicies(), { pod: () => undefined, event: () => undefined });
    while (simulation.advance(100_000));
    const { commandFailures } = simulation.finish();
    return { simulation, failures: commandFailures.map(({ message }) => message) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const webOf = (simulation: Simulation) => simulation.api.store.get('Deployment', 'default/web')!;
const imageOf = (simulation: Simulation) => webOf(simulation).spec.template.spec.containers[0]!.image;
const nodeOf = (simulation: Simulation, name: string) => simulation.api.store.get('Node', name)!;

describe('kubectl on the timeline', () => {
  it('rollout undo takes back the template of the revision before, or of the one that is named', () => {
    const changes = ['set image deployment/web server=web:v2', 'set image deployment/web server=web:v3'];
    const undone = after(...changes, 'rollout undo deployment/web');
    expect(undone.failures).toEqual([]);
    expect(imageOf(undone.simulation)).toBe('web:v2');
    const named = after(...changes, 'rollout undo deployment/web --to-revision=1');
    expect(imageOf(named.simulation)).toBe('web:v1');
    expect(webOf(named.simulation).metadata.annotations['deployment.kubernetes.io/revision']).toBe('4');
    expect(webOf(named.simulation).spec.template.metadata.labels).toEqual({ app: 'web' });
    const none = after('rollout undo deployment/web --to-revision=9');
    expect(none.failures).toEqual(['error: unable to find specified revision 9 in history']);
  });

  it('rollout pause, resume and restart', () => {
    const paused = after(
      'rollout pause deployment/web',
      'rollout pause deployment/web',
      'rollout restart deployment/web',
    );
    expect(webOf(paused.simulation).spec.paused).toBe(true);
    expect(paused.failures).toEqual([
      'error: deployments.apps "web" is already paused',
      'error: deployments.apps "web" can\'t restart paused deployment (run rollout resume first)',
    ]);
    const restarted = after('rollout restart deployment/web');
    const sets = [...restarted.simulation.api.store.values('ReplicaSet')];
    expect(new Set(sets.map(({ spec }) => spec.replicas))).toEqual(new Set([0, 4]));
    expect(webOf(restarted.simulation).spec.template.metadata.annotations).toEqual({
      'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:10Z',
    });
  });

  it('drain empties a node as the budget allows it, and the node takes nothing more until it is uncordoned', () => {
    const { simulation, failures } = after('drain n-0 --ignore-daemonsets', 'uncordon n-1');
    expect(failures).toEqual([]);
    expect(nodeOf(simulation, 'n-0').spec.unschedulable).toBe(true);
    const nodes = [...simulation.api.store.values('Pod')].map(({ spec }) => spec.nodeName);
    expect(nodes).toHaveLength(4);
    expect(nodes).not.toContain('n-0');
  });

  it('drain gives up after its time where the budget allows nothing', () => {
    const late = after('patch pdb web --type=merge -p \'{"spec":{"maxUnavailable":0}}\'', 'drain n-0 --timeout=12s');
    expect(late.failures.length).toBeGreaterThan(0);
    for (const failure of late.failures)
      expect(failure).toMatch(/^error when evicting pods\/"web-.*global timeout reached/);
  });

  it('label, annotate and taint change metadata and nothing else', () => {
    const { simulation, failures } = after(
      'label node n-0 disk=ssd',
      'label node n-0 disk=hdd',
      'label node n-0 disk=hdd --overwrite',
      'annotate deployment/web why=because',
      'taint nodes n-1 gpu=yes:NoSchedule',
      'taint nodes n-1 gpu:NoSchedule- ',
      'taint nodes n-2 a=b:PreferNoSchedule',
      'taint nodes n-2 missing-',
    );
    expect(nodeOf(simulation, 'n-0').metadata.labels['disk']).toBe('hdd');
    expect(webOf(simulation).metadata.annotations['why']).toBe('because');
    expect(nodeOf(simulation, 'n-1').spec.taints ?? []).toEqual([]);
    expect(nodeOf(simulation, 'n-2').spec.taints).toMatchObject([{ key: 'a', value: 'b', effect: 'PreferNoSchedule' }]);
    expect(failures).toEqual([
      "error: 'disk' already has a value (ssd), and --overwrite is false",
      'error: taint "missing" not found',
    ]);
  });

  it('patch and autoscale', () => {
    const { simulation, failures } = after(
      'patch deployment web -p \'{"spec":{"template":{"spec":{"containers":[{"name":"server","image":"web:v9"}]}}}}\'',
      'patch deployment web --subresource=scale --type=merge -p \'{"spec":{"replicas":2}}\'',
      'autoscale deployment web --min=1 --max=3',
    );
    expect(failures).toEqual([]);
    expect(imageOf(simulation)).toBe('web:v9');
    expect(simulation.api.store.get('HorizontalPodAutoscaler', 'default/web')?.spec).toMatchObject({
      minReplicas: 1,
      maxReplicas: 3,
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
    });
  });
});
