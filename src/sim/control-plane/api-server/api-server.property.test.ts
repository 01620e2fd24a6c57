import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import type { Change } from '../../api/change.ts';
import { keyOf, type ApiObject } from '../../api/kinds.ts';
import type { Pod } from '../../api/pod.ts';
import type { Request, Response } from '../../api/request.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { ReferenceStore } from '../../../../test/oracle/reference-store.ts';
import { makeNamespace, makeNode, makePod } from '../../../../test/doubles/objects.ts';
import { Informer } from '../informer.ts';
import { SimulatedApiServer } from './api-server.ts';

/** One thing that one of several clients does at a time. */
interface Step {
  readonly delay: number;
  readonly client: number;
  readonly act: 'create' | 'update' | 'annotate' | 'status' | 'bind' | 'delete' | 'delete-now';
  readonly pod: number;
}

const steps = fc.array(
  fc.record<Step>({
    delay: fc.integer({ min: 0, max: 20_000 }),
    client: fc.integer({ min: 0, max: 2 }),
    act: fc.constantFrom('create', 'update', 'annotate', 'status', 'bind', 'delete', 'delete-now'),
    pod: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: 120 },
);

interface World {
  readonly reference: ReferenceStore;
  readonly server: SimulatedApiServer;
  readonly engine: Engine;
  readonly answers: { request: Request; response: Response }[];
  readonly seen: Change[];
  readonly seenByNode: Change<'Pod'>[];
  readonly informer: Informer<'Pod'>;
}

/** Clients read what their own late cache holds, so conflicts happen as they do in reality. */
function play(script: readonly Step[], seed: string): World {
  const engine = new Engine({ seed });
  const server = new SimulatedApiServer(engine, DEFAULT_PARAMETERS);
  const reference = new ReferenceStore();
  server.observe(({ change }) => reference.commit(change.type, change.object));
  server.install(makeNamespace('default'));
  server.install(makeNode('n1'));
  const informer = new Informer('Pod');
  const seen: Change[] = [];
  const seenByNode: Change<'Pod'>[] = [];
  server.watch({
    kind: 'Pod',
    receive: (change) => {
      seen.push(change);
      informer.receive(change as Change<'Pod'>);
    },
  });
  server.watch({ kind: 'Pod', nodeName: 'n1', receive: (change) => seenByNode.push(change as Change<'Pod'>) });
  const clients = [0, 1, 2].map((i) => server.client(`client-${i}`, undefined));
  const answers: World['answers'] = [];
  let at = 0;
  const act = engine.on('test/act', (i) => {
    const step = script[i]!;
    const request = requestOf(step, informer);
    if (request === undefined) return;
    clients[step.client]!.send(request, (response) => answers.push({ request, response }));
  });
  script.forEach((step, i) => engine.at((at += step.delay), act, i));
  engine.run();
  return { reference, server, engine, answers, seen, seenByNode, informer };
}

function requestOf(step: Step, cache: Informer<'Pod'>): Request | undefined {
  const name = `p${step.pod}`;
  const key = `default/${name}`;
  const known = cache.get(key);
  switch (step.act) {
    case 'create':
      return { verb: 'create', object: makePod(name) };
    case 'bind':
      return known === undefined ? undefined : { verb: 'bind', key, uid: known.metadata.uid, node: 'n1' };
    case 'update': {
      if (known === undefined) return undefined;
      const annotations = { touched: String(known.metadata.resourceVersion) };
      return { verb: 'update', object: { ...known, metadata: { ...known.metadata, annotations } } };
    }
    case 'annotate':
      return { verb: 'patch', kind: 'Pod', key, patch: { metadata: { annotations: { same: 'value' } } } };
    case 'status':
      if (known === undefined) return undefined;
      return {
        verb: 'patch-status',
        kind: 'Pod',
        key,
        uid: known.metadata.uid,
        status: { phase: known.spec.nodeName === undefined ? 'Pending' : 'Running', podIP: '10.0.0.1' },
      };
    case 'delete':
      return { verb: 'delete', kind: 'Pod', key };
    case 'delete-now':
      return { verb: 'delete', kind: 'Pod', key, gracePeriodSeconds: 0 };
  }
}

describe('the API server against the reference store', () => {
  it('gives every write its own, larger revision and no-op writes none (I1, I2, P20)', () => {
    fc.assert(
      fc.property(steps, fc.string({ maxLength: 3 }), (script, seed) => {
        const { reference, server, answers } = play(script, seed);
        expect(reference.history.map((version) => version.revision)).toEqual(
          Array.from({ length: server.store.revision }, (_, i) => i + 1),
        );
        const perObject = new Map<string, number>();
        for (const { key, revision } of reference.history) {
          expect(revision).toBeGreaterThan(perObject.get(key) ?? 0);
          perObject.set(key, revision);
        }
        expect(answers.every(({ response }) => response.ok || response.code >= 400)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('lets at most one of several writers of one version win, and a loser changes nothing (I4, P21)', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { answers } = play(script, 'occ');
        const winners = new Map<string, number>();
        for (const { request, response } of answers) {
          if (request.verb !== 'update' || !response.ok) continue;
          const { metadata } = request.object;
          const version = `${metadata.uid} ${metadata.resourceVersion}`;
          const changed = response.object!.metadata.resourceVersion !== metadata.resourceVersion;
          if (changed) winners.set(version, (winners.get(version) ?? 0) + 1);
        }
        for (const count of winners.values()) expect(count).toBe(1);
      }),
      { numRuns: 100 },
    );
  });

  it('delivers to a watcher every change once, in order, and the cache ends as the store (I5, I6, P22)', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { reference, seen, informer } = play(script, 'watch');
        const expected = reference.after('Pod', 0);
        expect(seen.map(({ type, object }) => [type, keyOf(object), object.metadata.resourceVersion])).toEqual(
          expected.map(({ type, object, revision }) => [type, keyOf(object), revision]),
        );
        expect(informer.list()).toEqual(reference.current('Pod'));
        const before = new Map<string, ApiObject>();
        for (const change of seen) {
          expect(change.previous).toBe(before.get(keyOf(change.object)));
          if (change.type === 'DELETED') before.delete(keyOf(change.object));
          else before.set(keyOf(change.object), change.object);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('shows a node exactly its own pods, from their binding on', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { reference, seenByNode } = play(script, 'node');
        const bound = reference
          .after('Pod', 0)
          .filter(({ object }) => (object as Pod).spec.nodeName === 'n1')
          .map(({ object }) => object.metadata.resourceVersion);
        expect(seenByNode.map(({ object }) => object.metadata.resourceVersion)).toEqual(bound);
        const known = new Set<string>();
        for (const { type, object } of seenByNode) {
          expect(type === 'ADDED').toBe(!known.has(object.metadata.uid));
          if (type === 'DELETED') known.delete(object.metadata.uid);
          else known.add(object.metadata.uid);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('binds a pod at most once and never gives it another node (P1, P31)', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { reference, answers } = play(script, 'bind');
        const nodeOf = new Map<string, string>();
        for (const { object } of reference.after('Pod', 0)) {
          const { uid } = object.metadata;
          const node = (object as Pod).spec.nodeName;
          if (nodeOf.has(uid)) expect(node).toBe(nodeOf.get(uid));
          if (node !== undefined) nodeOf.set(uid, node);
        }
        const bound = answers.filter(({ request, response }) => request.verb === 'bind' && response.ok);
        expect(bound.length).toBe(nodeOf.size);
      }),
      { numRuns: 100 },
    );
  });

  it('never unsets or postpones a deletion, and raises generation exactly with the spec (I9, I10)', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const { reference } = play(script, 'meta');
        const last = new Map<string, Pod>();
        for (const { object } of reference.after('Pod', 0)) {
          const pod = object as Pod;
          const before = last.get(pod.metadata.uid);
          last.set(pod.metadata.uid, pod);
          if (before === undefined) continue;
          const asked = before.metadata.deletionTimestamp;
          if (asked !== undefined) expect(pod.metadata.deletionTimestamp).toBeLessThanOrEqual(asked);
          const newlyDeleted = asked === undefined && pod.metadata.deletionTimestamp !== undefined;
          expect(pod.metadata.generation - before.metadata.generation).toBe(newlyDeleted ? 1 : 0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('freezes every version it commits', () => {
    const { reference } = play([{ delay: 0, client: 0, act: 'create', pod: 0 }], 'frozen');
    const pod = reference.current('Pod')[0] as Pod;
    expect(Object.isFrozen(pod) && Object.isFrozen(pod.metadata) && Object.isFrozen(pod.spec.containers[0])).toBe(true);
  });
});
