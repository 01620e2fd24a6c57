import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { prepareRun } from '../src/cli/prepare-run.ts';
import { encodeObject } from '../src/sim/api/encode-object.ts';
import { keyOf, KINDS, type Kind } from '../src/sim/api/kinds.ts';
import type { Pod } from '../src/sim/api/pod.ts';
import { Simulation } from '../src/sim/simulation.ts';

/** A cluster is recorded, kind by kind as `kubectl get` would print it, and goes on from the recording. */

const WORKLOADS = 'test/fixtures/cluster-as-it-is/every-workload.yaml';
const SECOND = 1_000_000;
/** Before the updates, in the middle of the Deployment's, and long after all of them. */
const AT_REST = [60, 400];
const IN_A_ROLLOUT = 126;

/** What people type after `kubectl get`. */
const COMMANDS: Readonly<Record<string, readonly Kind[]>> = {
  'nodes,pods': ['Node', 'Pod'],
  'nodes,pods,deployments': ['Node', 'Pod', 'Deployment'],
  'nodes,all': ['Node', 'Pod', 'Service', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet', 'Job'],
  everything: Object.keys(KINDS) as Kind[],
};

const folder = mkdtempSync(join(tmpdir(), 'orrery-as-it-is-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function clusterAfter(file: string, seconds: number): Promise<Simulation> {
  const { scenario, policies } = await prepareRun(file, {});
  const nobody = { pod: () => undefined, event: () => undefined };
  const simulation = new Simulation(scenario, policies, nobody, { untilMicros: seconds * SECOND });
  while (simulation.advance(100_000));
  return simulation;
}

function pods(simulation: Simulation): Map<string, Pod> {
  return new Map([...simulation.api.store.values('Pod')].map((pod) => [keyOf(pod), pod]));
}

/** As kubectl prints a List. Hashes in it are another program's: ours could be found again by making them again. */
function record(simulation: Simulation, kinds: readonly Kind[]): string {
  const items = kinds.flatMap((kind) => [...simulation.api.store.values(kind)].map((object) => encodeObject(object)));
  const hashes = new Set<string>();
  for (const { metadata } of pods(simulation).values()) {
    const { labels } = metadata;
    for (const label of [labels['pod-template-hash'], labels['controller-revision-hash']])
      if (label !== undefined) hashes.add(label.slice(label.lastIndexOf('-') + 1));
  }
  let text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  for (const hash of hashes) text = text.replaceAll(hash, `x${hash.slice(1)}x`);
  const file = join(folder, 'cluster.json');
  writeFileSync(file, text);
  return file;
}

function places(all: Map<string, Pod>): string[] {
  return [...all.values()]
    .map(({ metadata, spec, status }) => `${metadata.uid} ${spec.nodeName} ${status.phase}`)
    .sort();
}

describe('a recording', () => {
  const pod = (name: string, uid: string, nodeName: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid, resourceVersion: '1' },
    spec: { nodeName, containers: [{ name: 'c', image: 'x' }] },
    status: { phase: 'Running' },
  });
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { capacity: { cpu: '4' } } };
  const list = (...items: readonly object[]): string => {
    const file = join(folder, 'list.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, 1));
    return file;
  };

  test('of pods without their nodes is told to be a part, once a node', async () => {
    const file = list(node, pod('a', '1', 'n'), pod('b', '2', 'gone'), pod('c', '3', 'gone'));
    const { warnings } = await prepareRun(file, {});
    expect(warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'unknown-node: pod b is bound to node `gone`, which is not there, and so are 1 more: the pod garbage collector will delete it',
    ]);
  });

  test('with one uid for two objects is refused, with both places', async () => {
    await expect(prepareRun(list(node, pod('a', '1', 'n'), pod('b', '1', 'n')), {})).rejects.toThrow(
      /uid `1` is that of another object/,
    );
  });

  test('may hold a Node that only a manifest describes, as those of KWOK', async () => {
    const cluster = await clusterAfter(list(node, { ...pod('a', '1', ''), status: {} }), 60);
    expect(places(pods(cluster))).toEqual(['1 n Running']);
  });
});

describe.each(Object.entries(COMMANDS))('kubectl get %s', (_, kinds) => {
  test.each(AT_REST)('after %i s: every pod runs on where it is', async (seconds) => {
    const before = await clusterAfter(WORKLOADS, seconds);
    const after = await clusterAfter(record(before, kinds), 600);
    expect(places(pods(after))).toEqual(places(pods(before)));
  });

  test('in a rollout: it goes on, if there is anybody to go on with it', async () => {
    const before = await clusterAfter(WORKLOADS, IN_A_ROLLOUT);
    const after = await clusterAfter(record(before, kinds), 600);
    const images = [...pods(after).values()]
      .filter(({ metadata }) => metadata.labels['app'] === 'web')
      .map(({ spec }) => spec.containers[0]!.image);
    expect(pods(before).size).toBeGreaterThan(19);
    if (kinds.includes('Deployment')) expect(images).toEqual(Array.from({ length: 8 }, () => 'x:2'));
    else expect(places(pods(after))).toEqual(places(pods(before)));
  });
});
