import { describe, expect, it } from 'vitest';
import { DEPLOYMENT } from '../schema/workloads.ts';
import { POD } from '../schema/pod.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';
import type { JsonObject } from './merge-patch.ts';

const patched = (target: JsonObject, patch: JsonObject, table = POD): unknown => {
  const result = strategicMergePatch(target, patch, table);
  return result.ok ? result.value : `${result.because}: ${result.message}`;
};
const spec = (containers: readonly unknown[], rest: JsonObject = {}): JsonObject => ({ spec: { containers, ...rest } });

describe('a strategic merge patch', () => {
  it('merges containers by name and leaves the rest of each alone', () => {
    const before = spec([
      { name: 'a', image: 'a:1', args: ['x', 'y'] },
      { name: 'b', image: 'b:1' },
    ]);
    expect(patched(before, spec([{ name: 'b', image: 'b:2' }]))).toEqual(
      spec([
        { name: 'a', image: 'a:1', args: ['x', 'y'] },
        { name: 'b', image: 'b:2' },
      ]),
    );
    expect(patched(before, spec([{ name: 'a', args: ['z'] }]))).toEqual(
      spec([
        { name: 'a', image: 'a:1', args: ['z'] },
        { name: 'b', image: 'b:1' },
      ]),
    );
  });

  it('puts new items before those that only the server knows', () => {
    expect(patched(spec([{ name: 'a' }]), spec([{ name: 'new' }]))).toEqual(spec([{ name: 'new' }, { name: 'a' }]));
  });

  it('heeds $setElementOrder', () => {
    const order = [{ name: 'a' }, { name: 'new' }];
    expect(
      patched(
        spec([{ name: 'a' }, { name: 'server' }]),
        spec([{ name: 'new' }], { '$setElementOrder/containers': order }),
      ),
    ).toEqual(spec([{ name: 'a' }, { name: 'new' }, { name: 'server' }]));
    expect(
      patched(spec([{ name: 'a' }, { name: 'b' }]), {
        spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      }),
    ).toEqual(spec([{ name: 'b' }, { name: 'a' }]));
    expect(
      patched(spec([{ name: 'a' }]), spec([{ name: 'new' }], { '$setElementOrder/containers': [{ name: 'a' }] })),
    ).toMatch(/^misfit: The order in patch list/);
  });

  it('deletes and replaces by directive', () => {
    const before = spec([{ name: 'a' }, { name: 'b' }]);
    expect(patched(before, spec([{ name: 'a', $patch: 'delete' }]))).toEqual(spec([{ name: 'b' }]));
    expect(patched(before, spec([{ name: 'c' }, { $patch: 'replace' }]))).toEqual(spec([{ name: 'c' }]));
    expect(
      patched({ metadata: { labels: { a: '1', b: '2' } } }, { metadata: { labels: { $patch: 'replace', c: '3' } } }),
    ).toEqual({ metadata: { labels: { c: '3' } } });
    expect(patched(before, spec([{ image: 'x' }]))).toMatch(/^misfit: .*does not contain declared merge key: name/);
  });

  it('adds to lists of plain values and takes from them, and replaces atomic lists', () => {
    const before = { metadata: { finalizers: ['a', 'b'] }, spec: { tolerations: [{ key: 'x' }] } };
    expect(patched(before, { metadata: { finalizers: ['b', 'c'] } })).toMatchObject({
      metadata: { finalizers: ['a', 'b', 'c'] },
    });
    expect(patched(before, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })).toMatchObject({
      metadata: { finalizers: ['b'] },
    });
    expect(patched(before, { spec: { tolerations: [{ key: 'y' }] } })).toMatchObject({
      spec: { tolerations: [{ key: 'y' }] },
    });
  });

  it('retains the keys that $retainKeys lists, no others', () => {
    const before = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const retain = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(patched(before, retain, DEPLOYMENT)).toEqual({ spec: { strategy: { type: 'Recreate' } } });
    const bad = { spec: { strategy: { $retainKeys: ['rollingUpdate'], type: 'Recreate' } } };
    expect(patched(before, bad, DEPLOYMENT)).toMatch(/^format: /);
  });

  it('removes members by null, and keeps none of the nulls and directives of what is new', () => {
    expect(patched({ metadata: { labels: { a: '1', b: '2' } } }, { metadata: { labels: { a: null } } })).toEqual({
      metadata: { labels: { b: '2' } },
    });
    expect(patched({}, { metadata: { labels: { a: null, b: '2', $patch: 'merge' } } })).toEqual({
      metadata: { labels: { b: '2' } },
    });
  });
});
