import { describe, expect, it } from 'vitest';
import { makeNamespace, makePod, meta } from '../../../../test/doubles/objects.ts';
import { Engine } from '../../engine/engine.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import type { LimitRange, ResourceQuota } from '../../api/quota.ts';
import type { Request, Response } from '../../api/request.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { SimulatedApiServer } from './api-server.ts';

class Server {
  readonly engine = new Engine();
  readonly api = new SimulatedApiServer(this.engine, DEFAULT_PARAMETERS);

  constructor(...objects: readonly ApiObject[]) {
    this.api.install(makeNamespace('default'));
    for (const object of objects) this.api.install(object);
  }

  ask(request: Request): Response {
    let answer: Response | undefined;
    this.api.client('test', undefined).send(request, (response) => (answer = response));
    this.engine.run();
    return answer!;
  }

  create(name: string, resources?: Pod['spec']['containers'][0]['resources'], dryRun = false): Response {
    const containers = [{ name: 'c', image: 'i', ...(resources === undefined ? {} : { resources }) }];
    return this.ask({ verb: 'create', object: makePod(name, { containers }), dryRun });
  }
}

function quota(hard: Record<string, string>, used: Record<string, string>): ResourceQuota {
  return { kind: 'ResourceQuota', metadata: meta({ name: 'q' }), spec: { hard }, status: { hard, used } };
}

const used = (server: Server): unknown => {
  const list = server.api.store.get('ResourceQuota', 'default/q')?.status.used;
  return list === undefined ? undefined : { ...list };
};
const messageOf = (response: Response): string => (response.ok ? '' : response.message);

describe('quota at admission', () => {
  it('takes what is asked until nothing is left, and says so in Kubernetes’ words (I11)', () => {
    const server = new Server(quota({ pods: '2', 'requests.cpu': '1' }, { pods: '0', 'requests.cpu': '0' }));
    const half = { requests: { cpu: '600m' } };
    expect(server.create('a', half).ok).toBe(true);
    expect(used(server)).toEqual({ pods: '1', 'requests.cpu': '600m' });
    const refused = server.create('b', half);
    expect(refused).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect(messageOf(refused)).toBe(
      'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    expect(used(server)).toEqual({ pods: '1', 'requests.cpu': '600m' });
  });

  it('wants every container to name what is limited', () => {
    const server = new Server(quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '0' }));
    expect(messageOf(server.create('a'))).toBe(
      'pods "a" is forbidden: failed quota: q: must specify limits.memory for: c',
    );
  });

  it('goes by the limits in the status: a new quota limits nothing before it is counted', () => {
    const fresh: ResourceQuota = { ...quota({}, {}), spec: { hard: { pods: '0' } }, status: {} };
    expect(new Server(fresh).create('a').ok).toBe(true);
  });

  it('charges nothing for a dry run', () => {
    const server = new Server(quota({ pods: '1' }, { pods: '0' }));
    expect(server.create('a', undefined, true).ok).toBe(true);
    expect(used(server)).toEqual({ pods: '0' });
    expect(server.api.store.get('Pod', 'default/a')).toBeUndefined();
  });
});

describe('limit ranges at admission', () => {
  const range = (limits: LimitRange['spec']['limits']): LimitRange => ({
    kind: 'LimitRange',
    metadata: meta({ name: 'lr' }),
    spec: { limits },
  });

  it('give a container what it does not name', () => {
    const defaults = { type: 'Container', default: { cpu: '200m' }, defaultRequest: { cpu: '100m' } } as const;
    const response = new Server(range([defaults])).create('a');
    expect(response).toMatchObject({
      object: {
        metadata: {
          annotations: {
            'kubernetes.io/limit-ranger':
              'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
          },
        },
        spec: { containers: [{ resources: { limits: { cpu: '200m' }, requests: { cpu: '100m' } } }] },
      },
    });
  });

  it('refuse what asks for too little or too much', () => {
    const server = new Server(range([{ type: 'Container', min: { cpu: '20m' }, max: { cpu: '200m' } }]));
    const resources = (request: string, limit: string): Pod['spec']['containers'][0]['resources'] => ({
      requests: { cpu: request },
      limits: { cpu: limit },
    });
    expect(messageOf(server.create('a', resources('10m', '100m')))).toBe(
      'pods "a" is forbidden: minimum cpu usage per Container is 20m, but request is 10m',
    );
    expect(messageOf(server.create('b', resources('100m', '300m')))).toBe(
      'pods "b" is forbidden: maximum cpu usage per Container is 200m, but limit is 300m',
    );
  });
});
