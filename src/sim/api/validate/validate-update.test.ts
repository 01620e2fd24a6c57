import { describe, expect, it } from 'vitest';
import { decodeObject } from '../decode/decode-object.ts';
import type { ApiObject } from '../kinds.ts';
import { fieldPath } from '../problem.ts';
import { validateUpdate } from './validate-update.ts';

function decoded(raw: object): ApiObject {
  const object = decodeObject(raw, ({ message, severity }) => {
    if (severity === 'error') throw new Error(message);
  });
  if (object === undefined) throw new Error('should decode');
  return object;
}

function refusals(previous: object, next: object): string[] {
  const errors: string[] = [];
  validateUpdate(decoded(previous), decoded(next), ({ path, message }) =>
    errors.push(`${fieldPath(path)}: ${message}`),
  );
  return errors;
}

function pod(spec: object = {}, image = 'a:1'): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image }], ...spec },
  };
}
function deployment(app: string, replicas = 1): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      replicas,
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image: 'a' }] } },
    },
  };
}
const OTHERS = /^spec: Forbidden: pod updates may not change fields other than/;

describe('updates', () => {
  it('may change what may change', () => {
    expect(refusals(pod(), pod({}, 'a:2'))).toEqual([]);
    expect(refusals(pod(), pod({ tolerations: [{ operator: 'Exists' }] }))).toEqual([]);
    expect(refusals(pod({ activeDeadlineSeconds: 10 }), pod({ activeDeadlineSeconds: 5 }))).toEqual([]);
    expect(refusals(deployment('a'), deployment('a', 5))).toEqual([]);
  });

  it('may not change the rest of a pod', () => {
    expect(refusals(pod(), pod({ hostNetwork: true }))[0]).toMatch(OTHERS);
    expect(refusals(pod(), pod({ nodeSelector: { a: 'b' } }))[0]).toMatch(OTHERS);
    expect(refusals(pod({ activeDeadlineSeconds: 5 }), pod({ activeDeadlineSeconds: 10 }))).toEqual([
      'spec.activeDeadlineSeconds: Invalid value: 10: must be less than or equal to previous value',
    ]);
    expect(refusals(pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }), pod())).toEqual([
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ]);
    const two = {
      containers: [
        { name: 'c', image: 'a:1' },
        { name: 'd', image: 'a:1' },
      ],
    };
    expect(refusals(pod(), pod(two))).toEqual([
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ]);
  });

  it('may say where a gated pod goes, and only take gates away', () => {
    const gated = { schedulingGates: [{ name: 'a.b/c' }] };
    expect(refusals(pod(gated), pod({ ...gated, nodeSelector: { a: 'b' } }))).toEqual([]);
    expect(refusals(pod(gated), pod())).toEqual([]);
    expect(refusals(pod(), pod(gated))).toEqual([
      "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a.b/c'",
    ]);
  });

  it('may not change what an object is recognised by', () => {
    expect(refusals(deployment('a'), deployment('b'))).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
    ]);
    expect(refusals(pod(), { ...pod(), metadata: { name: 'q' } })).toEqual([
      // Told for all kinds, and once more for this one.
      'metadata.name: Invalid value: "q": field is immutable',
      'metadata.name: Invalid value: "q": field is immutable',
    ]);
  });

  it('keep a bound claim where it is', () => {
    const claim = (spec: object): object => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    });
    expect(refusals(claim({}), claim({ volumeName: 'v' }))).toEqual([]);
    expect(refusals(claim({ volumeName: 'v' }), claim({ volumeName: 'w' }))).toHaveLength(1);
    const more = { resources: { requests: { storage: '2Gi' } } };
    expect(refusals(claim({ volumeName: 'v' }), claim({ volumeName: 'v', ...more }))).toEqual([]);
  });

  it('are judged by themselves as well', () => {
    const bad = decoded(deployment('a')) as unknown as { spec: { replicas: number } };
    const errors: string[] = [];
    const next = { ...bad, spec: { ...bad.spec, replicas: -1 } } as unknown as ApiObject;
    validateUpdate(decoded(deployment('a')), next, ({ message }) => errors.push(message));
    expect(errors).toEqual(['Invalid value: -1: must be greater than or equal to 0']);
  });
});
