import { describe, expect, it } from 'vitest';
import { Engine } from '../../engine/engine.ts';
import { makeNamespace } from '../../../../test/doubles/objects.ts';
import type { Change } from '../../api/change.ts';
import { declareCustomResource } from '../../api/custom-object.ts';
import { customResourceOf, type CustomResourceDefinition } from '../../api/custom-resource-definition.ts';
import { decodeObject } from '../../api/decode/decode-object.ts';
import { encodeObject } from '../../api/encode-object.ts';
import type { ApiObject } from '../../api/kinds.ts';
import type { Problem } from '../../api/problem.ts';
import type { Request, Response } from '../../api/request.ts';
import { DEFAULT_PARAMETERS } from '../../default-parameters.ts';
import { SimulatedApiServer } from './api-server.ts';

const GADGET = 'Gadget.example.com';

function definition(subresources: object = { status: {} }, scope = 'Namespaced'): CustomResourceDefinition {
  const spec = {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'integer', minimum: 1, maximum: 9 },
      color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
      parts: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object', properties: { name: { type: 'string' }, count: { type: 'integer' } } },
      },
      notes: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
  const status = { type: 'object', properties: { done: { type: 'integer' } } };
  const openAPIV3Schema = { type: 'object', properties: { spec, status } };
  const raw = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.example.com' },
    spec: {
      group: 'example.com',
      scope,
      names: { kind: 'Gadget', plural: 'gadgets' },
      versions: [{ name: 'v1', served: true, storage: true, subresources, schema: { openAPIV3Schema } }],
    },
  };
  const problems: Problem[] = [];
  const object = decodeObject(raw, (problem) => problems.push(problem));
  expect(problems).toEqual([]);
  return object as CustomResourceDefinition;
}

function raw(spec: object, members: object = {}): object {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Gadget',
    metadata: { name: 'g', namespace: 'default' },
    spec,
    ...members,
  };
}

/** What the API server's decoder makes of a manifest, and what it finds. */
function decoded(given: object, crd = definition()): { object: ApiObject | undefined; messages: string[] } {
  const resource = customResourceOf(crd);
  declareCustomResource(resource);
  const messages: string[] = [];
  const customResources = new Map([[resource.kind, resource]]);
  const object = decodeObject(given, ({ path, message }) => messages.push(`${path.join('.')}: ${message}`), {
    customResources,
  });
  return { object, messages };
}

function clusterWith(crd: CustomResourceDefinition | undefined): (request: Request) => Response {
  const engine = new Engine();
  const server = new SimulatedApiServer(engine, DEFAULT_PARAMETERS);
  server.install(makeNamespace('default'));
  if (crd !== undefined) server.install(crd);
  const client = server.client('test', undefined);
  return (request) => {
    let answer: Response | undefined;
    client.send(request, (response) => (answer = response));
    engine.run();
    return answer!;
  };
}

function gadget(spec: object = { size: 3 }, crd?: CustomResourceDefinition, members: object = {}): ApiObject {
  const { object, messages } = decoded(raw(spec, members), crd);
  expect(messages).toEqual([]);
  return object!;
}

describe('an object of a custom kind', () => {
  it('is read by the schema of its definition, with its defaults, and printed as it was written', () => {
    const object = gadget({ size: 3, notes: { any: ['thing', 1] } });
    expect(object).toMatchObject({ kind: GADGET, spec: { size: 3, color: 'red', notes: { any: ['thing', 1] } } });
    expect(encodeObject(object)).toMatchObject({
      apiVersion: 'example.com/v1',
      kind: 'Gadget',
      spec: { color: 'red' },
    });
  });

  it.each([
    [{}, 'spec.size: Required value'],
    [{ size: 'x' }, 'spec.size: expected an integer, found text "x"'],
    [{ size: 12 }, 'spec.size: Invalid value: 12: spec.size in body should be less than or equal to 9'],
    [{ size: 1, color: 'green' }, 'spec.color: Unsupported value: "green": supported values: "red", "blue"'],
    [{ size: 1, colour: 'red' }, 'spec.colour: unknown field "colour"'],
  ])('is refused where the schema refuses it: %j', (spec, message) => {
    expect(decoded(raw(spec)).messages).toEqual([message]);
  });

  it('has the name and the scope that Kubernetes asks for', () => {
    const named = decoded({ ...raw({ size: 1 }), metadata: { name: 'Not_A_Name' } });
    expect(named.messages[0]).toContain('metadata.name: Invalid value: "Not_A_Name"');
    const inCluster = gadget({ size: 1 }, definition({}, 'Cluster'));
    expect(inCluster.metadata.namespace).toBe('');
  });
});

describe('the API server', () => {
  it('knows a kind only where its definition is', () => {
    const object = gadget();
    const message = 'the server could not find the requested resource';
    expect(clusterWith(undefined)({ verb: 'create', object })).toMatchObject({ ok: false, code: 404, message });
    expect(clusterWith(undefined)({ verb: 'list', kind: GADGET })).toMatchObject({ ok: false, code: 404, message });
  });

  it('says of a definition that its kind is established', () => {
    const answer = clusterWith(undefined)({ verb: 'create', object: definition() });
    expect(answer).toMatchObject({
      object: { status: { conditions: [{ type: 'NamesAccepted' }, { type: 'Established', status: 'True' }] } },
    });
  });

  it('writes status apart from the rest, and counts generations of the rest alone', () => {
    const ask = clusterWith(definition());
    const key = 'default/g';
    const made = ask({ verb: 'create', object: { ...gadget(), status: { done: 7 } } as ApiObject });
    expect(made).toMatchObject({ object: { metadata: { generation: 1 }, status: undefined } });

    const status = { status: { done: 2 }, spec: { size: 9 } };
    const reported = ask({
      verb: 'patch',
      kind: GADGET,
      key,
      patchType: 'merge',
      subresource: 'status',
      patch: status,
    });
    expect(reported).toMatchObject({ object: { metadata: { generation: 1 }, spec: { size: 3 }, status: { done: 2 } } });

    const patched = ask({ verb: 'patch', kind: GADGET, key, patchType: 'merge', patch: { ...status, status: {} } });
    expect(patched).toMatchObject({ object: { metadata: { generation: 2 }, spec: { size: 9 }, status: { done: 2 } } });
  });

  it('takes status as a member like any other where it is no subresource', () => {
    const crd = definition({});
    const ask = clusterWith(crd);
    ask({ verb: 'create', object: gadget({ size: 3 }, crd) });
    const patch = { status: { done: 2 } };
    const patched = ask({ verb: 'patch', kind: GADGET, key: 'default/g', patchType: 'merge', patch });
    expect(patched).toMatchObject({ object: { metadata: { generation: 2 }, status: { done: 2 } } });
    const apart = ask({
      verb: 'patch',
      kind: GADGET,
      key: 'default/g',
      subresource: 'status',
      patchType: 'merge',
      patch,
    });
    expect(apart).toMatchObject({ ok: false, code: 404 });
  });

  it('takes merge and JSON patches, and no strategic ones', () => {
    const ask = clusterWith(definition());
    ask({ verb: 'create', object: gadget() });
    const target = { verb: 'patch', kind: GADGET, key: 'default/g' } as const;
    const operation = { op: 'replace', path: '/spec/size', value: 5 } as const;
    expect(ask({ ...target, patchType: 'json', patch: [operation] })).toMatchObject({ object: { spec: { size: 5 } } });
    expect(ask({ ...target, patchType: 'merge', patch: { spec: { size: 0 } } })).toMatchObject({
      code: 422,
      message:
        'Gadget.example.com "g" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    });
    expect(ask({ ...target, patchType: 'strategic', patch: {} })).toMatchObject({ ok: false, code: 415 });
  });

  it('merges server-side applies by the keys of the schema, and tells of conflicts', () => {
    const ask = clusterWith(definition());
    const apply = (fieldManager: string, spec: object): Response =>
      ask({
        verb: 'patch',
        kind: GADGET,
        key: 'default/g',
        patchType: 'apply',
        fieldManager,
        patch: { spec } as never,
      });
    gadget();
    expect(apply('a', { size: 2, parts: [{ name: 'x', count: 1 }] })).toMatchObject({ ok: true, created: true });
    const both = apply('b', { size: 2, parts: [{ name: 'y', count: 2 }] });
    expect(both).toMatchObject({ object: { spec: { parts: [{ name: 'x' }, { name: 'y' }] } } });
    expect(apply('b', { size: 4 })).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  it('holds what has finalizers, and tells watchers of everything', () => {
    const crd = definition();
    const engine = new Engine();
    const server = new SimulatedApiServer(engine, DEFAULT_PARAMETERS);
    server.install(makeNamespace('default'));
    server.install(crd);
    const object = gadget({ size: 1 }, crd, { metadata: { name: 'g', finalizers: ['example.com/wait'] } });
    const seen: string[] = [];
    server.watch({
      kind: GADGET,
      receive: ({ type, object: one }: Change) => seen.push(`${type} ${one.metadata.name}`),
    });
    const client = server.client('test', undefined);
    const ask = (request: Request): void => {
      client.send(request, () => {});
      engine.run();
    };
    ask({ verb: 'create', object });
    ask({ verb: 'delete', kind: GADGET, key: 'default/g' });
    ask({
      verb: 'patch',
      kind: GADGET,
      key: 'default/g',
      patchType: 'merge',
      patch: { metadata: { finalizers: null } },
    });
    expect(seen).toEqual(['ADDED g', 'MODIFIED g', 'DELETED g']);
  });
});
