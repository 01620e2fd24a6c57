import { describe, expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import { meta, makeNamespace, makePod } from '../../../../test/doubles/objects.ts';
import type { PriorityClass } from '../../api/core.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import type { Request, Response } from '../../api/request.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { SimulatedApiServer } from './api-server.ts';

function answersTo(requests: readonly Request[], installed: readonly ApiObject[] = []): Response[] {
  const engine = new Engine();
  const server = new SimulatedApiServer(engine, DEFAULT_PARAMETERS);
  server.install(makeNamespace('default'));
  for (const object of installed) server.install(object);
  const client = server.client('test', undefined);
  return requests.map((request) => {
    let answer: Response | undefined;
    client.send(request, (response) => (answer = response));
    engine.run();
    return answer!;
  });
}

const created = (object: ApiObject, installed: readonly ApiObject[] = []): Response =>
  answersTo([{ verb: 'create', object }], installed)[0]!;

function priorityClass(name: string, value: number, globalDefault = false): PriorityClass {
  const preemptionPolicy = 'PreemptLowerPriority';
  return { kind: 'PriorityClass', metadata: meta({ name, namespace: '' }), value, globalDefault, preemptionPolicy };
}

describe('creation', () => {
  it('in a namespace that does not exist is 404', () => {
    expect(created(makePod('p', {}, { namespace: 'nowhere' }))).toMatchObject({ ok: false, code: 404 });
  });

  it('in a namespace that goes away is 403', () => {
    const going = { ...makeNamespace('going'), status: { phase: 'Terminating' as const } };
    expect(created(makePod('p', {}, { namespace: 'going' }), [going])).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      causes: [{ reason: 'NamespaceTerminating' }],
    });
  });

  it('gives pods the default tolerations, a service account, priority 0 and a quality of service class', () => {
    expect(created(makePod('p'))).toMatchObject({
      ok: true,
      object: {
        spec: {
          serviceAccountName: 'default',
          priority: 0,
          tolerations: [
            { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', tolerationSeconds: 300 },
            { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', tolerationSeconds: 300 },
          ],
        },
        status: { phase: 'Pending', qosClass: 'BestEffort' },
      },
    });
  });

  it('takes limits for requests where there are none, before the quality of service is told', () => {
    const limits = { cpu: '1', memory: '1Gi' };
    const containers = [{ name: 'c', image: 'a:1', resources: { limits } }];
    expect(created(makePod('p', { containers }))).toMatchObject({
      object: { spec: { containers: [{ resources: { requests: limits } }] }, status: { qosClass: 'Guaranteed' } },
    });
  });

  it('refuses what Kubernetes would not store, in its words', () => {
    const response = created(makePod('p', { containers: [{ name: 'Not_A_Name', image: '' }] }));
    expect(response).toMatchObject({ ok: false, code: 422, reason: 'Invalid' });
    expect(response.ok ? '' : response.message).toMatch(
      /^Pod "p" is invalid: \[.*spec\.containers\[0\]\.image: Required value/,
    );
  });

  it('makes a name of generateName and five characters', () => {
    const response = created(makePod('', {}, { generateName: 'web-' }));
    expect(response.ok && response.object!.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('of pods of one template shares the admitted spec', () => {
    const spec = makePod('a').spec;
    const [a, b] = answersTo(['a', 'b'].map((name) => ({ verb: 'create', object: { ...makePod(name), spec } }))) as {
      object: Pod;
    }[];
    expect(a!.object.spec).toBe(b!.object.spec);
  });
});

describe('priority', () => {
  const classes = [priorityClass('high', 1000), priorityClass('usual', 10, true), priorityClass('low', 5, true)];

  it('comes from the class by name', () => {
    expect(created(makePod('p', { priorityClassName: 'high' }), classes)).toMatchObject({
      object: { spec: { priority: 1000 } },
    });
  });

  it('of a pod without a class is that of the lowest default class', () => {
    expect(created(makePod('p'), classes)).toMatchObject({ object: { spec: { priority: 5 } } });
  });

  it('of an unknown class is refused', () => {
    expect(created(makePod('p', { priorityClassName: 'none' }), classes)).toMatchObject({
      code: 403,
      message: 'pods "p" is forbidden: no PriorityClass with name none was found',
    });
  });
});

describe('an update', () => {
  it('of what may not change is 422', () => {
    const pod = makePod('p');
    const response = answersTo([
      { verb: 'create', object: pod },
      { verb: 'update', object: { ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } } },
    ])[1];
    expect(response).toMatchObject({ ok: false, code: 422 });
  });

  it('keeps the old references of all that did not change', () => {
    const [first, second] = answersTo([
      { verb: 'create', object: makePod('p') },
      { verb: 'patch', kind: 'Pod', key: 'default/p', patch: { metadata: { labels: { a: 'b' } } } },
    ]) as { object: Pod }[];
    expect(second!.object.spec).toBe(first!.object.spec);
    expect(second!.object.metadata.generation).toBe(1);
  });
});
