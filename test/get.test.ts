import { describe, expect, test } from 'vitest';
import { humanDuration } from '../src/report/kubectl/age.ts';
import { summaryOf } from '../src/report/kubectl/pod-summary.ts';
import type { ContainerState, ContainerStatus, Pod } from '../src/sim/api/pod.ts';
import { orrery } from './doubles/orrery.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test.each([
  [0, '0s'],
  [119 * SECOND, '119s'],
  [120 * SECOND, '2m'],
  [150 * SECOND, '2m30s'],
  [10 * MINUTE + 5 * SECOND, '10m'],
  [179 * MINUTE, '179m'],
  [3 * HOUR + 20 * MINUTE, '3h20m'],
  [8 * HOUR + 59 * MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [52 * HOUR, '2d4h'],
  [8 * 24 * HOUR + 3 * HOUR, '8d'],
  [800 * 24 * HOUR, '2y70d'],
  [-5 * SECOND, '<invalid>'],
])('an age of %d µs is told as %s', (micros, text) => {
  expect(humanDuration(micros)).toBe(text);
});

describe('STATUS, READY and RESTARTS of a pod', () => {
  const status = (name: string, state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
    name,
    image: 'x',
    ready: state.running !== undefined,
    started: state.running !== undefined,
    restartCount: 0,
    state,
    ...more,
  });
  const running = { running: { startedAt: 0 } };
  const pod = (more: { readonly spec?: object; readonly status?: object; readonly metadata?: object }): Pod =>
    ({
      kind: 'Pod',
      metadata: { name: 'p', ...more.metadata },
      spec: { containers: [{ name: 'c', image: 'x' }], ...more.spec },
      status: { phase: 'Running', conditions: [], ...more.status },
    }) as unknown as Pod;

  test.each<[string, Pod, string]>([
    ['all is well', pod({ status: { containerStatuses: [status('c', running)] } }), '1/1 Running 0'],
    [
      'gated',
      pod({
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
        },
      }),
      '0/1 SchedulingGated 0',
    ],
    [
      'waiting to run again',
      pod({
        status: {
          containerStatuses: [
            status(
              'c',
              { waiting: { reason: 'CrashLoopBackOff' } },
              { restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: 40 * SECOND } } },
            ),
          ],
        },
      }),
      '0/1 CrashLoopBackOff 3 (20s ago)',
    ],
    [
      'the second of two init containers runs',
      pod({
        spec: { initContainers: [{ name: 'a' }, { name: 'b' }] },
        status: {
          phase: 'Pending',
          initContainerStatuses: [status('a', { terminated: { exitCode: 0 } }), status('b', running, { ready: false })],
        },
      }),
      '0/1 Init:1/2 0',
    ],
    [
      'an init container fails',
      pod({
        spec: { initContainers: [{ name: 'a' }] },
        status: { initContainerStatuses: [status('a', { terminated: { exitCode: 3 } })] },
      }),
      '0/1 Init:ExitCode:3 0',
    ],
    [
      'a sidecar counts among the ready ones',
      pod({
        spec: { initContainers: [{ name: 'a', restartPolicy: 'Always' }] },
        status: { initContainerStatuses: [status('a', running)], containerStatuses: [status('c', running)] },
      }),
      '2/2 Running 0',
    ],
    [
      'one of two has completed',
      pod({
        spec: { containers: [{ name: 'c' }, { name: 'd' }] },
        status: {
          containerStatuses: [status('c', { terminated: { exitCode: 0, reason: 'Completed' } }), status('d', running)],
        },
      }),
      '1/2 NotReady 0',
    ],
    [
      'on its way out',
      pod({ metadata: { deletionTimestamp: 1 }, status: { containerStatuses: [status('c', running)] } }),
      '1/1 Terminating 0',
    ],
    ['evicted', pod({ status: { phase: 'Failed', reason: 'Evicted' } }), '0/1 Evicted 0'],
  ])('%s', (_what, one, text) => {
    const { ready, status: shown, restarts } = summaryOf(one, 60 * SECOND);
    expect(`${ready} ${shown} ${restarts}`).toBe(text);
  });
});

describe('orrery get', { timeout: 30_000 }, () => {
  const get = (...args: string[]) => orrery(['get', ...args]);
  const ROLLING = 'scenarios/rolling-update.yaml';

  test('shows what kubectl would have shown then', () => {
    expect(get('deploy,svc', ROLLING, '--at', '3m', '-o', 'table').stdout).toBe(
      [
        'NAME                  READY   UP-TO-DATE   AVAILABLE   AGE',
        'deployment.apps/api   40/40   40           40          3m',
        '',
        'NAME          TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE',
        'service/api   ClusterIP   <none>       <none>        80/TCP    3m',
        '',
      ].join('\n'),
    );
    const [header, row] = get('node', ROLLING, 'node-3', '--at', '3m').stdout.split('\n');
    expect(header).toMatch(/^NAME {5}STATUS {3}ROLES {4}AGE {3}VERSION {3}INTERNAL-IP/);
    expect(row).toMatch(/^node-3 {3}Ready {4}<none> {3}3m /);
  });

  test('an object by its name, several, and what is not there', () => {
    expect(get('deployment/api', ROLLING, '-o', 'name').stdout).toBe('deployment.apps/api\n');
    const { code, stdout, stderr } = get('deploy', ROLLING, 'api', 'nope', '-o', 'name');
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: 'deployment.apps/api\n',
      stderr: 'Error from server (NotFound): deployment.apps "nope" not found\n',
    });
    expect(get('cronjobs', ROLLING)).toMatchObject({ code: 0, stderr: 'No resources found in default namespace.\n' });
  });

  test('by labels, as JSON that can be run again', () => {
    expect(get('pods', ROLLING, '-l', 'app in (nobody)', '-o', 'name').stdout).toBe('');
    const list = JSON.parse(get('nodes,pods', ROLLING, '--at', '1m', '-A', '-o', 'json').stdout) as {
      items: unknown[];
    };
    expect(list.items).toHaveLength(60);
  });

  test('a mistake is told, with what was meant', () => {
    const { code, stderr } = get('podz', ROLLING);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: the server doesn't have a resource type "podz"; did you mean pods?\n`,
    });
    expect(get('pods', ROLLING, '-l', 'a in (b')).toMatchObject({ code: 2 });
  });
});
