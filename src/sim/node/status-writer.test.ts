import { expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import type { Change } from '../api/change.ts';
import type { Pod, PodStatus } from '../api/pod.ts';
import type { Request, Response, Watch } from '../api/request.ts';
import { FIXED_PARAMETERS, nodeNamed, podNamed, ScriptedBehaviours } from '../../../test/doubles/kubelet-rig.ts';
import { Kubelets } from './kubelets.ts';

const SECOND = 1_000_000;

/** An API server that answers each write when and how the test says. */
function slowServer(answers: (request: Request, n: number) => { after: number; response?: Response }) {
  const engine = new Engine();
  const watches: Watch[] = [];
  const sent: { at: number; request: Request }[] = [];
  const answered = engine.on('answered', (_a, _b, call) => (call as () => void)());
  new Kubelets({
    engine,
    parameters: FIXED_PARAMETERS,
    behaviours: new ScriptedBehaviours(),
    recorderFor: () => ({ record: () => {} }),
    api: {
      client: () => ({
        send: (request, answer) => {
          const { after, response = { ok: true, object: undefined } } = answers(request, sent.length);
          sent.push({ at: engine.now, request });
          engine.after(after, answered, 0, 0, () => answer(response));
        },
      }),
      watch: (watch) => watches.push(watch),
    },
  }).addNode(nodeNamed('node-1'));
  const pod: Pod = { ...podNamed('p'), metadata: { ...podNamed('p').metadata, uid: 'u' } };
  const watch = watches.find((one) => one.nodeName === 'node-1')!;
  const deliver = (type: Change['type'], object: Pod): void => watch.receive({ type, object, previous: undefined });
  return { engine, sent, pod, deliver };
}

const statusOf = (request: Request): Partial<PodStatus> => (request.verb === 'patch-status' ? request.status : {});

it('has one write under way; what changes meanwhile goes with the next one, and only the newest', () => {
  const { engine, sent, pod, deliver } = slowServer(() => ({ after: SECOND }));
  deliver('ADDED', pod);
  engine.run();
  expect(sent.map(({ at, request }) => [at, statusOf(request).phase])).toEqual([
    [30_000, 'Pending'],
    [30_000 + SECOND, 'Running'],
  ]);
});

it('tries a failed write again at the next full pass, ten seconds apart, with what is true by then', () => {
  const failure: Response = { ok: false, code: 500, reason: 'BadRequest', message: 'etcdserver: request timed out' };
  const { engine, sent, pod, deliver } = slowServer((_, n) => (n < 2 ? { after: 5, response: failure } : { after: 5 }));
  deliver('ADDED', pod);
  engine.run();
  expect(sent.map(({ request }) => statusOf(request).phase)).toEqual(['Pending', 'Running', 'Running']);
  expect(sent[2]!.at - sent[1]!.at).toBe(10 * SECOND);
});

it('takes a pod away only when its last status has been written', () => {
  const { engine, sent, pod, deliver } = slowServer((request) => ({
    after: request.verb === 'patch-status' && request.status.phase === 'Failed' ? 3 * SECOND : 5,
  }));
  deliver('ADDED', pod);
  engine.run();
  deliver('MODIFIED', {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: 30 * SECOND, deletionGracePeriodSeconds: 30 },
  });
  engine.run();
  const last = sent.slice(-2);
  expect(last[0]!.request).toMatchObject({ verb: 'patch-status', uid: 'u', status: { phase: 'Failed' } });
  expect(last[1]!.request).toEqual({ verb: 'delete', kind: 'Pod', key: 'default/p', uid: 'u', gracePeriodSeconds: 0 });
  expect(last[1]!.at - last[0]!.at).toBe(3 * SECOND);
});

it('says nothing of a pod that is gone', () => {
  const { engine, sent, pod, deliver } = slowServer(() => ({ after: 5 }));
  deliver('ADDED', pod);
  engine.run({ until: 100_000 });
  deliver('DELETED', pod);
  engine.run();
  expect(sent).toHaveLength(1);
  expect(engine.pending).toBe(0);
});
