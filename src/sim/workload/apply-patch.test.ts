import { expect, it } from 'vitest';
import type { ApiObject } from '../api/kinds.ts';
import { podNamed } from '../../../test/doubles/kubelet-rig.ts';
import { applyPatch } from './apply-patch.ts';

const object = (spec: object, metadata: object = {}): ApiObject =>
  ({
    kind: 'Deployment',
    metadata: { ...podNamed('x').metadata, ...metadata },
    spec,
    status: {},
  }) as unknown as ApiObject;

const patch = (live: object, manifest: object, last?: object): unknown =>
  applyPatch(object(live), object(manifest), last && object(last));

it('sends what differs and nothing else', () => {
  expect(patch({ a: 1, b: { c: 2, d: 3 } }, { a: 1, b: { c: 4 } })).toEqual({ spec: { b: { c: 4 } } });
  expect(patch({ a: 1, b: { c: 2, d: 3 } }, { a: 1, b: { c: 2 } })).toBeUndefined();
});

it('takes away what was applied and is no longer in the manifest, and only that', () => {
  expect(patch({ a: 1, b: 2, c: 3 }, { a: 1 }, { a: 1, b: 2 })).toEqual({ spec: { b: null } });
  expect(patch({ a: { x: 1, y: 2 } }, { a: { y: 2 } }, { a: { x: 1, y: 2 } })).toEqual({ spec: { a: { x: null } } });
});

it('leaves lists alone whose elements only gained defaults, and sends them whole where they differ', () => {
  const live = { list: [{ name: 'a', image: 'i', policy: 'Always' }] };
  expect(patch(live, { list: [{ name: 'a', image: 'i' }] }, { list: [{ name: 'a', image: 'i' }] })).toBeUndefined();
  const changed = { list: [{ name: 'a', image: 'j' }] };
  expect(patch(live, changed)).toEqual({ spec: changed });
  const fewer = { list: [{ name: 'a' }] };
  expect(patch(live, fewer, { list: [{ name: 'a', image: 'i' }] })).toEqual({ spec: fewer });
  expect(patch(live, { list: [] })).toEqual({ spec: { list: [] } });
});

it('knows labels and annotations of the metadata, and never touches status', () => {
  const live = object({}, { labels: { a: '1', by: 'hand' } });
  const manifest = { ...object({}, { labels: { b: '2' } }), status: { replicas: 9 } } as ApiObject;
  expect(applyPatch(live, manifest, object({}, { labels: { a: '1' } }))).toEqual({
    metadata: { labels: { a: null, b: '2' } },
  });
});
