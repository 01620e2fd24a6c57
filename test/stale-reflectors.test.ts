import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/sim/scenario/faults.ts';
import type { FaultEntry } from '../src/sim/scenario/timeline.ts';
import type { Simulation } from '../src/sim/simulation.ts';
import { etcdOf } from './doubles/troubled-control-plane.ts';
import { makeDeployment } from './doubles/objects.ts';
import { faultyCluster, SECOND, type ClusterShape } from './doubles/faulty-cluster.ts';

/** A client that writes a pod of `web` again and again, so many times a second, from 10 s until 200 s. */
function keepBusy(simulation: Simulation, perSecond: number): void {
  const { api, engine } = simulation;
  const client = api.client('busy', undefined);
  const tick = engine.on('test/write', (i) => {
    const pod = [...api.store.values('Pod')][0];
    if (pod !== undefined) {
      const key = `default/${pod.metadata.name}`;
      const patch = { metadata: { annotations: { written: String(i) } } };
      client.send({ verb: 'patch', patchType: 'merge', kind: 'Pod', key, patch }, () => undefined);
    }
    if (engine.now < 200 * SECOND) engine.after(Math.round(SECOND / perSecond), tick, i + 1);
  });
  engine.at(10 * SECOND, tick);
}

function run(
  faults: readonly FaultEntry[],
  perSecond: number,
  controlPlane: ClusterShape['controlPlane'] = {},
): { readonly simulation: Simulation; readonly refused: string[] } {
  const simulation = faultyCluster({
    nodes: 3,
    manifests: [makeDeployment('web', 4, { app: 'web' })],
    faults,
    controlPlane,
    timeline: [
      {
        atMicros: 100 * SECOND,
        text: '',
        command: { verb: 'scale', kind: 'Deployment', key: 'default/web', replicas: 6 },
      },
      {
        atMicros: 210 * SECOND,
        text: '',
        command: { verb: 'scale', kind: 'Deployment', key: 'default/web', replicas: 9 },
      },
    ],
    seconds: 260,
  });
  keepBusy(simulation, perSecond);
  while (simulation.advance(Number.MAX_SAFE_INTEGER));
  const { records } = simulation.recorder.controlPlane.finish(simulation.engine.now);
  const refused = records
    .filter(({ metric }) => metric === 'watch_errors_total')
    .map(({ resource, code, value }) => `${resource} ${code}: ${value}`);
  return { simulation, refused };
}

const at = (seconds: number, fault: Fault): FaultEntry => ({ atMicros: seconds * SECOND, text: '', fault });

const isWhole = ({ store }: Simulation['api']): void => {
  const pods = [...store.values('Pod')];
  expect(pods).toHaveLength(9);
  expect(pods.every(({ spec, status }) => spec.nodeName !== undefined && status.phase === 'Running')).toBe(true);
};

describe('a component that was frozen while a busy cluster wrote more than its watch cache keeps', () => {
  it.each([
    ['kube-controller-manager', 'ControllerManagerPause'],
    ['kube-scheduler', 'SchedulerPause'],
  ] as const)('%s is told 410 of what is busy, lists anew, and does its work', (_, kind) => {
    const { simulation, refused } = run([at(20, { kind, replica: 0, durationMicros: 170 * SECOND })], 60);
    expect(refused).toEqual(['pods 410: 1']);
    isWhole(simulation.api);
  });

  it('is told nothing where its sockets hold it all', () => {
    const { simulation, refused } = run(
      [at(20, { kind: 'ControllerManagerPause', replica: 0, durationMicros: 40 * SECOND })],
      5,
    );
    expect(refused).toEqual([]);
    isWhole(simulation.api);
  });
});

describe('a component that lists at a server which is cut off from etcd', () => {
  it('is told 504 where it knows more than that server, and is right when the server is', () => {
    const [from, to] = [
      { component: 'kube-apiserver', which: 1 },
      { component: 'etcd', which: 'every' },
    ] as const;
    const { simulation, refused } = run(
      [
        at(30, { kind: 'NetworkPartition', from, to, bothWays: true, durationMicros: 80 * SECOND }),
        // Whoever is connected to this one finds after 45 s that it says nothing, and goes to the other.
        at(40, { kind: 'ApiServerPause', instance: 0, durationMicros: 50 * SECOND }),
      ],
      5,
      { etcd: etcdOf(3), apiServers: 2, controllerManagers: 2, schedulers: 2 },
    );
    expect(refused.some((one) => one.startsWith('pods 504'))).toBe(true);
    isWhole(simulation.api);
  });
});
