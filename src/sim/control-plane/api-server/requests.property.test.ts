import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeNamespace } from '../../../../test/doubles/objects.ts';
import { ReferenceObjects, type ModelRequest } from '../../../../test/oracle/reference-objects.ts';
import { Engine } from '../../engine/engine.ts';
import type { InertObject } from '../../api/core.ts';
import { NO_LABELS } from '../../api/meta.ts';
import type { Request, Response } from '../../api/request.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { SimulatedApiServer } from './api-server.ts';

const name = fc.constantFrom('a', 'b');
const key = fc.constantFrom('k', 'l');
const value = fc.constantFrom('1', '2');
const finalizers = fc.constantFrom<string[][]>([], ['x.io/a'], ['x.io/a', 'x.io/b']);
const dryRun = fc.constantFrom(false, false, false, true);
const some = fc.option(value, { nil: null });

const requests = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant('create' as const), name, finalizers, dryRun }),
    fc.record({
      act: fc.constant('put' as const),
      name,
      key,
      value,
      behind: fc.constantFrom(undefined, 0, 0, 1),
      dryRun,
    }),
    fc.record({ act: fc.constant('merge' as const), name, key, value: some, dryRun }),
    fc.record({ act: fc.constant('label' as const), name, key, value: some, dryRun }),
    fc.record({ act: fc.constant('json' as const), name, key, expected: value, value, dryRun }),
    fc.record({ act: fc.constant('finalizers' as const), name, finalizers }),
    fc.record({
      act: fc.constant('delete' as const),
      name,
      policy: fc.constantFrom(undefined, 'Background' as const, 'Foreground' as const, 'Orphan' as const),
      sameUid: fc.constantFrom(true, true, true, false),
      dryRun,
    }),
  ),
  { minLength: 1, maxLength: 60 },
);

const STRANGER = '00000000-0000-0000-0000-000000000000';

/** The same request in the simulation's terms; `current` is what the server has. */
function requestOf(asked: ModelRequest, current: InertObject | undefined): Request {
  const at = `default/${asked.name}`;
  const patched = { verb: 'patch', kind: 'ConfigMap', key: at } as const;
  switch (asked.act) {
    case 'create':
      return { verb: 'create', object: configMap(asked.name, asked.finalizers), dryRun: asked.dryRun };
    case 'put': {
      const before = current ?? configMap(asked.name, []);
      const resourceVersion = asked.behind === undefined ? 0 : before.metadata.resourceVersion - asked.behind;
      const metadata = { ...before.metadata, resourceVersion };
      const data = { ...before.data, [asked.key]: asked.value };
      return { verb: 'update', object: { ...before, metadata, data }, dryRun: asked.dryRun };
    }
    case 'merge':
      return { ...patched, patchType: 'merge', patch: { data: { [asked.key]: asked.value } }, dryRun: asked.dryRun };
    case 'label': {
      const patch = { metadata: { labels: { [asked.key]: asked.value } } };
      return { ...patched, patchType: 'strategic', patch, dryRun: asked.dryRun };
    }
    case 'json': {
      const path = `/data/${asked.key}`;
      const patch = [
        { op: 'test', path, value: asked.expected },
        { op: 'replace', path, value: asked.value },
      ] as const;
      return { ...patched, patchType: 'json', patch, dryRun: asked.dryRun };
    }
    case 'finalizers':
      return { ...patched, patchType: 'merge', patch: { metadata: { finalizers: asked.finalizers } } };
    case 'delete':
      return {
        verb: 'delete',
        kind: 'ConfigMap',
        key: at,
        propagation: asked.policy,
        dryRun: asked.dryRun,
        ...(asked.sameUid ? {} : { uid: STRANGER }),
      };
  }
}

function configMap(named: string, own: readonly string[]): InertObject {
  return {
    kind: 'ConfigMap',
    metadata: {
      name: named,
      namespace: 'default',
      uid: '',
      resourceVersion: 0,
      generation: 0,
      creationTimestamp: 0,
      labels: NO_LABELS,
      annotations: NO_LABELS,
      ownerReferences: [],
      finalizers: own,
    },
  };
}

describe('requests on one kind against the reference', () => {
  it('are answered, change and are counted as the reference says (I1, I2, I4, I8, I10)', () => {
    fc.assert(
      fc.property(requests, (script) => {
        const engine = new Engine();
        const server = new SimulatedApiServer(engine, DEFAULT_PARAMETERS);
        server.install(makeNamespace('default'));
        const began = server.store.revision;
        const client = server.client('test', undefined);
        const reference = new ReferenceObjects();
        const uids = new Map<string, number>();
        for (const asked of script) {
          const at = `default/${asked.name}`;
          let answer: Response | undefined;
          client.send(requestOf(asked, server.store.get('ConfigMap', at)), (response) => (answer = response));
          engine.run();
          const code = answer!.ok ? 200 : answer!.code;
          expect([asked.act, code]).toEqual([asked.act, reference.answer(asked)]);
          expect(server.store.revision - began).toBe(reference.writes);
          const model = reference.objects.get(asked.name);
          const object = server.store.get('ConfigMap', at);
          expect(object === undefined).toBe(model === undefined);
          if (object === undefined || model === undefined) continue;
          expect({ ...object.data }).toEqual(model.data);
          expect({ ...object.metadata.labels }).toEqual(model.labels);
          expect(object.metadata.finalizers).toEqual(model.finalizers);
          expect(object.metadata.deletionTimestamp !== undefined).toBe(model.going);
          expect(uids.get(object.metadata.uid) ?? model.incarnation).toBe(model.incarnation);
          uids.set(object.metadata.uid, model.incarnation);
        }
      }),
      { numRuns: process.env['ORRERY_LONG'] === undefined ? 300 : 5_000 },
    );
  });
});
