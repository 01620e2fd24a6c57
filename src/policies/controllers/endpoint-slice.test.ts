import { describe, expect, it } from 'vitest';
import type { EndpointSlice } from '../../sim/api/service.ts';
import { ControllerWorld, SECOND, type WorldOptions } from '../../../test/doubles/controller-world.ts';
import { nodeNamed, podNamed, running, serviceNamed, setReady } from '../../../test/doubles/workload-objects.ts';
import { ENDPOINT_SLICE_DEFAULTS, endpointSlice, type EndpointSliceSettings } from './endpoint-slice.ts';
import { TRIGGER_TIME } from './endpoint-slice/trigger-times.ts';

function world(settings: Partial<EndpointSliceSettings> = {}, options: Partial<WorldOptions> = {}): ControllerWorld {
  const one = new ControllerWorld({
    controllers: [endpointSlice({ ...ENDPOINT_SLICE_DEFAULTS, ...settings })],
    ...options,
  });
  one.apply(nodeNamed('node-1', { 'topology.kubernetes.io/zone': 'a' }));
  return one;
}

function addPod(one: ControllerWorld, name: string, ready = true): void {
  one.apply(podNamed(name));
  setReady(one, `default/${name}`, ready);
}

/** name of the pod to r(eady) s(erving) t(erminating), over all slices. */
function endpoints(one: ControllerWorld): Record<string, string> {
  const states: Record<string, string> = {};
  for (const slice of one.list('EndpointSlice')) {
    for (const { conditions, targetRef } of slice.endpoints) {
      expect(states).not.toHaveProperty([targetRef!.name]);
      const { ready, serving, terminating } = conditions;
      states[targetRef!.name] = `${ready ? 'r' : '-'}${serving ? 's' : '-'}${terminating ? 't' : '-'}`;
    }
  }
  return states;
}

function sizes(one: ControllerWorld): number[] {
  return one.list('EndpointSlice').map((slice) => slice.endpoints.length);
}

function only(one: ControllerWorld): EndpointSlice {
  expect(one.list('EndpointSlice')).toHaveLength(1);
  return one.list('EndpointSlice')[0]!;
}

function writes(one: ControllerWorld): string[] {
  return one.sent.map(({ request }) => request.verb);
}

describe('the slices of a Service', () => {
  it('are one empty slice while there is nothing to put in', () => {
    const one = world();
    const service = one.apply(serviceNamed('web'));
    one.run();
    expect(only(one)).toMatchObject({ addressType: 'IPv4', endpoints: [], ports: [] });
    expect(only(one).metadata.labels).toEqual({
      'kubernetes.io/service-name': 'web',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
    expect(only(one).metadata.ownerReferences).toMatchObject([
      { kind: 'Service', uid: service.metadata.uid, controller: true },
    ]);
    expect(only(one).metadata.name).toMatch(/^web-/);
  });

  it('hold every pod that has an address and has not ended', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'ready');
    addPod(one, 'unready', false);
    one.apply(podNamed('without-address'));
    addPod(one, 'ended');
    one.edit('Pod', 'default/ended', (pod) => ({ ...pod, status: { ...pod.status, phase: 'Succeeded' } }));
    one.apply(podNamed('other', { app: 'other' }));
    setReady(one, 'default/other');
    one.run();
    expect(endpoints(one)).toEqual({ ready: 'rs-', unready: '---' });
    expect(only(one).ports).toEqual([{ name: '', protocol: 'TCP', port: 8080 }]);
    expect(only(one).endpoints[0]).toMatchObject({ nodeName: 'node-1', zone: 'a' });
  });

  it('reuse the empty slice for the first endpoint, and the last one for emptiness', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    one.run();
    const { name } = only(one).metadata;
    addPod(one, 'a');
    one.run();
    expect(only(one).metadata.name).toBe(name);
    expect(sizes(one)).toEqual([1]);
    one.request({ verb: 'delete', kind: 'Pod', key: 'default/a', gracePeriodSeconds: 0 });
    one.run();
    expect(only(one)).toMatchObject({ endpoints: [], ports: [] });
    expect(only(one).metadata.name).toBe(name);
    expect(writes(one)).toEqual(['create', 'update', 'update']);
  });

  it('show a pod that is being deleted as terminating, and not ready', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'a');
    addPod(one, 'b', false);
    one.run();
    for (const name of ['a', 'b']) one.request({ verb: 'delete', kind: 'Pod', key: `default/${name}` });
    one.run();
    expect(endpoints(one)).toEqual({ a: '-st', b: '--t' });
    one.edit('Pod', 'default/b', (pod) => ({ ...pod, status: { ...pod.status, phase: 'Failed' } }));
    one.run();
    expect(endpoints(one)).toEqual({ a: '-st' });
  });

  it('call everything ready when the Service publishes what is not', () => {
    const one = world();
    one.apply(serviceNamed('web', { publishNotReadyAddresses: true }));
    addPod(one, 'a');
    addPod(one, 'b', false);
    one.run();
    one.request({ verb: 'delete', kind: 'Pod', key: 'default/a' });
    one.run();
    expect(endpoints(one)).toEqual({ a: 'rst', b: 'r--' });
  });

  it('are full before there is another', () => {
    const one = world({ maxEndpointsPerSlice: 4 });
    one.apply(serviceNamed('web'));
    for (let i = 0; i < 10; i++) addPod(one, `p${i}`);
    one.run();
    expect(sizes(one).sort((a, b) => a - b)).toEqual([2, 4, 4]);
    addPod(one, 'late');
    one.run();
    expect(sizes(one).sort((a, b) => a - b)).toEqual([3, 4, 4]);
  });

  it('are apart for pods whose named ports differ', () => {
    const one = world();
    one.apply(serviceNamed('web', { ports: [{ protocol: 'TCP', port: 80, targetPort: 'http' }] }));
    for (const [name, containerPort] of [
      ['a', 1],
      ['b', 2],
      ['c', 2],
    ] as const) {
      one.apply(
        podNamed(
          name,
          { app: 'web' },
          { containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort }] }] },
        ),
      );
      setReady(one, `default/${name}`);
    }
    one.run();
    const byPort = one.list('EndpointSlice').map(({ ports, endpoints: list }) => `${ports[0]!.port}: ${list.length}`);
    expect(byPort.sort()).toEqual(['1: 1', '2: 2']);
  });

  it('follow the selector', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'a');
    one.apply(podNamed('b', { app: 'blue' }));
    setReady(one, 'default/b');
    one.run();
    one.edit('Service', 'default/web', (s) => ({ ...s, spec: { ...s.spec, selector: { app: 'blue' } } }));
    one.run();
    expect(endpoints(one)).toEqual({ b: 'rs-' });
    one.edit('Pod', 'default/a', (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: 'blue' } } }));
    one.edit('Pod', 'default/b', (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: 'web' } } }));
    one.run();
    expect(endpoints(one)).toEqual({ a: 'rs-' });
  });

  it('carry the labels of the Service and the mark of a headless one', () => {
    const one = world();
    const service = serviceNamed('web', { clusterIP: 'None' });
    one.apply({
      ...service,
      metadata: { ...service.metadata, labels: { team: 'a', 'kubernetes.io/service-name': 'mine' } },
    });
    one.run();
    expect(only(one).metadata.labels).toMatchObject({
      team: 'a',
      'kubernetes.io/service-name': 'web',
      'service.kubernetes.io/headless': '',
    });
    addPod(one, 'a');
    one.run();
    one.edit('Service', 'default/web', (s) => ({ ...s, metadata: { ...s.metadata, labels: { team: 'b' } } }));
    one.run();
    expect(only(one).metadata.labels['team']).toBe('b');
  });

  it('give a pod its hostname when its subdomain is the Service', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    one.apply(podNamed('a', { app: 'web' }, { hostname: 'h', subdomain: 'web' }));
    one.apply(podNamed('b', { app: 'web' }, { hostname: 'h', subdomain: 'else' }));
    for (const name of ['a', 'b']) setReady(one, `default/${name}`);
    one.run();
    expect(only(one).endpoints.map(({ hostname }) => hostname)).toEqual(['h', undefined]);
  });

  it('say since when a change was due', () => {
    const one = world();
    one.run(10 * SECOND);
    one.apply(serviceNamed('web'));
    one.run(20 * SECOND);
    expect(only(one).metadata.annotations[TRIGGER_TIME]).toBe('2026-01-01T00:00:10Z');
    addPod(one, 'a');
    one.run(25 * SECOND);
    expect(only(one).metadata.annotations[TRIGGER_TIME]).toBe('2026-01-01T00:00:20Z');
    one.request({ verb: 'delete', kind: 'Pod', key: 'default/a', gracePeriodSeconds: 0 });
    one.run(30 * SECOND);
    expect(only(one).metadata.annotations).not.toHaveProperty(TRIGGER_TIME);
  });
});

describe('the endpoint slice controller', () => {
  it('has no business with a Service without a selector, or of an external name', () => {
    const one = world();
    const { selector: _selector, ...spec } = serviceNamed('none').spec;
    one.apply({ ...serviceNamed('none'), spec });
    one.apply(serviceNamed('external', { type: 'ExternalName', externalName: 'example.com' }));
    one.run();
    expect(one.sent).toEqual([]);
  });

  it('lets the changes of a batch period go into one write', () => {
    const one = world({ batchPeriodMicros: SECOND });
    one.apply(serviceNamed('web'));
    one.run(SECOND / 2);
    for (let i = 0; i < 6; i++) one.after(i * 100_000, () => addPod(one, `p${i}`));
    one.run();
    expect(writes(one)).toEqual(['create', 'update']);
    expect(sizes(one)).toEqual([6]);
  });

  it('acts on no cache that is older than its own writes', () => {
    const one = world({}, { watchDelay: () => 3 * SECOND });
    addPod(one, 'a');
    one.apply(serviceNamed('web'));
    one.run(4 * SECOND);
    expect(sizes(one)).toEqual([1]);
    expect(one.cached('EndpointSlice').list()).toEqual([]);
    for (let i = 0; i < 10; i++) one.after(i * 100_000, () => one.enqueue('default/web'));
    one.run(5.5 * SECOND);
    expect(writes(one)).toEqual(['create']);
    addPod(one, 'b');
    one.run();
    expect(sizes(one)).toEqual([2]);
  });

  it('leaves a pod out whose node it does not know, and looks again', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    one.apply(podNamed('a', { app: 'web' }, { nodeName: 'node-2' }));
    one.edit('Pod', 'default/a', (pod) => running(pod, one.now));
    one.run(5 * SECOND);
    expect(endpoints(one)).toEqual({});
    expect(one.events[0]).toMatchObject({
      reason: 'FailedToUpdateEndpointSlices',
      message:
        'Error updating Endpoint Slices for Service default/web: skipping Pod a for Service default/web: Node node-2 Not Found',
    });
    one.apply(nodeNamed('node-2', { 'topology.kubernetes.io/zone': 'b' }));
    one.run();
    expect(endpoints(one)).toEqual({ a: 'rs-' });
  });

  it('reads zones from the nodes as they are when it looks', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'a');
    one.run();
    one.edit('Node', 'node-1', (node) => ({
      ...node,
      metadata: { ...node.metadata, labels: { 'topology.kubernetes.io/zone': 'z' } },
    }));
    one.run();
    expect(only(one).endpoints.map(({ zone }) => zone)).toEqual(['a']);
    addPod(one, 'b');
    one.run();
    expect(only(one).endpoints.map(({ zone }) => zone)).toEqual(['z', 'z']);
  });

  it('puts right what somebody else did to its slices, a second later', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'a');
    one.run();
    const { name } = only(one).metadata;
    const before = one.now;
    one.edit('EndpointSlice', `default/${name}`, (slice) => ({ ...slice, endpoints: [] }));
    one.run();
    expect(sizes(one)).toEqual([1]);
    expect(one.now - before).toBeGreaterThanOrEqual(SECOND);
    one.request({ verb: 'delete', kind: 'EndpointSlice', key: `default/${name}` });
    one.run();
    expect(sizes(one)).toEqual([1]);
  });

  it('replaces slices that belong to a Service of the same name that is gone', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'a');
    one.run();
    const { name } = only(one).metadata;
    one.request({ verb: 'delete', kind: 'Service', key: 'default/web' });
    one.run();
    expect(sizes(one)).toEqual([1]);
    const service = one.apply(serviceNamed('web'));
    one.run();
    expect(only(one).metadata.name).not.toBe(name);
    expect(only(one).metadata.ownerReferences[0]!.uid).toBe(service.metadata.uid);
  });

  it('reports a refused write and tries again', () => {
    let refusals = 2;
    const one = world(
      {},
      { refuse: ({ verb }) => (verb === 'create' && refusals-- > 0 ? [403, 'Forbidden', 'quota'] : undefined) },
    );
    one.apply(serviceNamed('web'));
    one.run();
    expect(one.events.map(({ message }) => message)).toEqual(
      Array(2).fill(
        'Error updating Endpoint Slices for Service default/web: failed to create EndpointSlice for Service default/web: quota',
      ),
    );
    expect(sizes(one)).toEqual([0]);
  });
});
