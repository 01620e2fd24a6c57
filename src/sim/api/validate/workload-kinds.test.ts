import { describe, expect, it } from 'vitest';
import { decodeObject } from '../decode/decode-object.ts';
import { encodeObject } from '../encode-object.ts';
import type { ApiObject } from '../kinds.ts';
import { fieldPath } from '../problem.ts';
import { validateUpdate } from './validate-update.ts';

const labels = { app: 'db' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'db:1' }] } };

function read(
  kind: string,
  spec: object,
  apiVersion = 'apps/v1',
): { object: ApiObject | undefined; problems: string[] } {
  const problems: string[] = [];
  const raw = { apiVersion, kind, metadata: { name: 'db' }, spec };
  const object = decodeObject(raw, ({ path, message }) => problems.push(`${fieldPath(path)}: ${message}`));
  return { object, problems };
}

function written(kind: string, spec: object, apiVersion?: string): Record<string, unknown> {
  const { object, problems } = read(kind, spec, apiVersion);
  expect(problems).toEqual([]);
  return encodeObject(object!)['spec'] as Record<string, unknown>;
}

const selector = { matchLabels: labels };

describe('a StatefulSet', () => {
  it('has the defaults of apps/v1', () => {
    expect(written('StatefulSet', { selector, template, serviceName: 'db' })).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
  });

  it('has no bounds where only the type of its strategy is named', () => {
    const spec = written('StatefulSet', { selector, template, updateStrategy: { type: 'RollingUpdate' } });
    expect(spec['updateStrategy']).toEqual({ type: 'RollingUpdate' });
  });

  it('keeps its claim templates through reading and printing', () => {
    const claim = {
      metadata: { name: 'data', labels: { a: 'b' } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeMode: 'Filesystem' },
    };
    expect(written('StatefulSet', { selector, template, volumeClaimTemplates: [claim] })).toMatchObject({
      volumeClaimTemplates: [claim],
    });
  });

  it('mounts its claims, which take the place of volumes of the same name', () => {
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const mounts = (name: string): object => ({
      ...template,
      spec: {
        containers: [{ name: 'c', image: 'db:1', volumeMounts: [{ name, mountPath: '/data' }] }],
        volumes: [{ name: 'data', emptyDir: {} }],
        hostname: 'Of the controller',
      },
    });
    const refused = (name: string): string[] =>
      read('StatefulSet', { selector, template: mounts(name), volumeClaimTemplates: [claim] }).problems.filter(
        (each) => !each.includes('accepted, not simulated'),
      );
    expect(refused('data')).toEqual([]);
    expect(refused('cache')).toEqual(['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "cache"']);
  });

  it('is refused for what the API server refuses', () => {
    const refused = (spec: object): string[] => read('StatefulSet', { selector, template, ...spec }).problems;
    expect(refused({ selector: { matchLabels: { app: 'other' } } })[0]).toContain(
      '`selector` does not match template `labels`',
    );
    expect(refused({ updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } })[0]).toContain(
      "only allowed for updateStrategy 'RollingUpdate'",
    );
    expect(refused({ updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } })[0]).toContain('cannot be 0');
    expect(refused({ ordinals: { start: -1 } })[0]).toContain('must be greater than or equal to 0');
    expect(refused({ selector: {} })).toContain(
      'spec.selector: Invalid value: {}: empty selector is invalid for statefulset',
    );
  });

  it('may change in what a rollout is made of and in nothing else', () => {
    const before = read('StatefulSet', { selector, template, serviceName: 'db' }).object!;
    const after = (spec: object): string[] => {
      const problems: string[] = [];
      const next = read('StatefulSet', { selector, template, serviceName: 'db', ...spec }).object!;
      validateUpdate(before, next, ({ message }) => problems.push(message));
      return problems;
    };
    expect(after({ replicas: 5, minReadySeconds: 3, ordinals: { start: 2 } })).toEqual([]);
    expect(after({ serviceName: 'other' })).toEqual([
      "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
  });
});

describe('a DaemonSet', () => {
  it('takes one node at a time unless it says otherwise', () => {
    expect(written('DaemonSet', { selector, template })['updateStrategy']).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
    });
  });

  it('may leave one of its two bounds open and must leave one', () => {
    const refused = (maxUnavailable: number | string, maxSurge: number | string): string[] =>
      read('DaemonSet', { selector, template, updateStrategy: { rollingUpdate: { maxUnavailable, maxSurge } } })
        .problems;
    expect(refused(0, '30%')).toEqual([]);
    expect(refused(1, 1)[0]).toContain('may not be set when maxUnavailable is non-zero');
    expect(refused('0%', 0)[0]).toContain('cannot be 0 when maxSurge is 0');
  });
});

describe('a ReplicationController', () => {
  it('selects by the labels of its template when it names none, and bears them', () => {
    const { object, problems } = read('ReplicationController', { replicas: 2, template }, 'v1');
    expect(problems).toEqual([]);
    expect(encodeObject(object!)).toMatchObject({ metadata: { labels }, spec: { replicas: 2, selector: labels } });
  });
});
