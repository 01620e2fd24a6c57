import { describe, expect, it } from 'vitest';
import type { Endpoints, EndpointSubset } from '../../sim/api/service.ts';
import { ControllerWorld } from '../../../test/doubles/controller-world.ts';
import { nodeNamed, podNamed, serviceNamed, setReady } from '../../../test/doubles/workload-objects.ts';
import { ENDPOINT_SLICE_DEFAULTS, endpointSlice, LABEL_MANAGED_BY } from './endpoint-slice.ts';
import { endpointSliceMirroring } from './endpoint-slice-mirroring.ts';
import { endpoints } from './endpoints.ts';
import { truncated } from './endpoints/subsets.ts';

function world(): ControllerWorld {
  const one = new ControllerWorld({
    controllers: [endpoints, endpointSliceMirroring, endpointSlice(ENDPOINT_SLICE_DEFAULTS)],
  });
  one.apply(nodeNamed('node-1', {}));
  return one;
}

function addPod(one: ControllerWorld, name: string, ready = true): void {
  one.apply(podNamed(name));
  setReady(one, `default/${name}`, ready);
}

function namesOf(list: EndpointSubset['addresses'] = []): string[] {
  return list.map(({ targetRef }) => targetRef!.name).sort();
}

function stored(one: ControllerWorld): Endpoints | undefined {
  return one.get('Endpoints', 'default/web');
}

describe('the Endpoints of a Service', () => {
  it('name the pods that are ready and those that are not, and none that is being deleted', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'a');
    addPod(one, 'b', false);
    addPod(one, 'c');
    one.run();
    one.request({ verb: 'delete', kind: 'Pod', key: 'default/c' });
    one.run();
    const [subset, ...others] = stored(one)!.subsets;
    expect(others).toEqual([]);
    expect(namesOf(subset!.addresses)).toEqual(['a']);
    expect(namesOf(subset!.notReadyAddresses)).toEqual(['b']);
    expect(subset!.ports).toMatchObject([{ port: 8080, protocol: 'TCP' }]);
  });

  it('publish what is not ready, and what is going, where the Service says so', () => {
    const one = world();
    one.apply(serviceNamed('web', { publishNotReadyAddresses: true }));
    addPod(one, 'a');
    addPod(one, 'b', false);
    one.run();
    one.request({ verb: 'delete', kind: 'Pod', key: 'default/a' });
    one.run();
    expect(namesOf(stored(one)!.subsets[0]!.addresses)).toEqual(['a', 'b']);
  });

  it('are written again only when they would say something else, and go with the Service', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'a');
    one.run();
    const before = stored(one)!.metadata.resourceVersion;
    one.enqueue('default/web');
    one.run();
    expect(stored(one)!.metadata.resourceVersion).toBe(before);
    one.request({ verb: 'delete', kind: 'Service', key: 'default/web' });
    one.run();
    expect(stored(one)).toBeUndefined();
  });

  it('are left to somebody else where the Service has no selector', () => {
    const one = world();
    one.apply(serviceNamed('web', { selector: {} }));
    addPod(one, 'a');
    one.run();
    expect(stored(one)).toBeUndefined();
  });

  it('have at most a thousand addresses, those that are ready first', () => {
    const address = (n: number): { ip: string } => ({ ip: `10.0.${n >> 8}.${n & 255}` });
    const list = (from: number, length: number): { ip: string }[] =>
      Array.from({ length }, (_, i) => address(from + i));
    const subsets = [
      { addresses: list(0, 300), notReadyAddresses: list(300, 600) },
      { addresses: list(900, 300), notReadyAddresses: list(1_200, 600) },
    ];
    const cut = truncated(subsets)!;
    expect(cut.map(({ addresses, notReadyAddresses }) => [addresses?.length, notReadyAddresses?.length])).toEqual([
      [300, 400],
      [300, undefined],
    ]);
    expect(truncated([{ addresses: list(0, 1_000) }])).toBeUndefined();
  });
});

describe('slices that mirror Endpoints', () => {
  const mirrors = (one: ControllerWorld): readonly string[] =>
    one
      .list('EndpointSlice')
      .filter(({ metadata }) => metadata.labels[LABEL_MANAGED_BY]?.includes('mirroring') === true)
      .flatMap(({ endpoints: list }) =>
        list.map(({ targetRef, conditions }) => `${targetRef!.name} ${conditions.ready}`),
      );

  it('come when a Service loses its selector and go when it has one again', () => {
    const one = world();
    one.apply(serviceNamed('web'));
    addPod(one, 'a');
    addPod(one, 'b', false);
    one.run();
    expect(mirrors(one)).toEqual([]);
    one.edit('Service', 'default/web', (service) => ({ ...service, spec: { ...service.spec, selector: {} } }));
    one.run();
    expect(mirrors(one)).toEqual(['a true', 'b false']);
    expect(one.list('EndpointSlice')).toHaveLength(2);
    one.edit('Service', 'default/web', (service) => ({
      ...service,
      spec: { ...service.spec, selector: { app: 'web' } },
    }));
    one.run();
    expect(mirrors(one)).toEqual([]);
  });

  it('say only whether an endpoint is ready, and belong to the Endpoints', () => {
    const one = world();
    one.apply(serviceNamed('web', { selector: {} }));
    const kept = one.apply<Endpoints>({
      kind: 'Endpoints',
      metadata: serviceNamed('web').metadata,
      subsets: [{ addresses: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], ports: [{ port: 80, protocol: 'TCP' }] }],
    });
    one.run();
    const slices = one.list('EndpointSlice');
    expect(slices.map(({ addressType }) => addressType).sort()).toEqual(['IPv4', 'IPv6']);
    for (const { endpoints: list, metadata } of slices) {
      expect(list.map(({ conditions }) => conditions)).toEqual([{ ready: true }]);
      expect(metadata.ownerReferences).toMatchObject([{ kind: 'Endpoints', uid: kept.metadata.uid, controller: true }]);
    }
    one.request({ verb: 'delete', kind: 'Endpoints', key: 'default/web' });
    one.run();
    expect(one.list('EndpointSlice')).toEqual([]);
  });
});
