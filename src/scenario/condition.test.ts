import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition, SENTENCES } from './condition.ts';

function conditionOf(sentence: string) {
  const reading = parseCondition(sentence);
  return reading.ok
    ? JSON.parse(JSON.stringify(reading.condition, (_, value: unknown) => (value === Infinity ? 'unbounded' : value)))
    : reading;
}

describe('parseCondition', () => {
  it.each([
    ['every Deployment is available', { that: 'every-deployment-available' }],
    ['Every deployment IS available -n shop', { that: 'every-deployment-available', namespace: 'shop' }],
    ['every Pod is running', { that: 'every-pod-running' }],
    ['every Service has endpoints', { that: 'every-service-has-endpoints' }],
    ['deployment/web is available', { that: 'available', kind: 'Deployment', key: 'default/web' }],
    [
      'deploy/web has at least 3 available --namespace prod',
      { that: 'available', kind: 'Deployment', key: 'prod/web', atLeast: 3 },
    ],
    ['service/web has endpoints', { that: 'has-endpoints', key: 'default/web', atLeast: 1 }],
    ['svc/web has at least 2 endpoints', { that: 'has-endpoints', key: 'default/web', atLeast: 2 }],
    ['3 pods are Running', { that: 'pods', selector: {}, phase: 'Running', atLeast: 3, atMost: 3 }],
    ['exactly 1 pod is ready', { that: 'pods', selector: {}, phase: 'Ready', atLeast: 1, atMost: 1 }],
    ['at least 3 pods are Running', { that: 'pods', selector: {}, phase: 'Running', atLeast: 3, atMost: 'unbounded' }],
    ['at most 3 pods are pending', { that: 'pods', selector: {}, phase: 'Pending', atLeast: 0, atMost: 3 }],
    ['exactly 3 pods exist', { that: 'pods', selector: {}, atLeast: 3, atMost: 3 }],
    ['no pods matching a=b exist', { that: 'pods', selector: { matchLabels: { a: 'b' } }, atLeast: 0, atMost: 0 }],
    ['no pods are Failed', { that: 'pods', selector: {}, phase: 'Failed', atLeast: 0, atMost: 0 }],
    [
      'at most 2 pods matching app=web,tier!=cache,live,!old are Running -n x',
      {
        that: 'pods',
        selector: {
          matchLabels: { app: 'web' },
          matchExpressions: [
            { key: 'tier', operator: 'NotIn', values: ['cache'] },
            { key: 'live', operator: 'Exists' },
            { key: 'old', operator: 'DoesNotExist' },
          ],
        },
        namespace: 'x',
        phase: 'Running',
        atLeast: 0,
        atMost: 2,
      },
    ],
  ])('%s', (sentence, condition) => {
    expect(conditionOf(sentence)).toEqual(condition);
  });

  it('reads every sentence it offers', () => {
    for (const sentence of SENTENCES) {
      const filled = sentence
        .replace('NAME', 'web')
        .replace(/\bN\b/, '2')
        .replace('K=V', 'a=b')
        .replace('PHASE', 'Running');
      expect(parseCondition(filled).ok, filled).toBe(true);
    }
  });

  it.each([
    ['every Deploymnt is available', 'did you mean `every Deployment is available`?'],
    ['deployment/web is avialable', 'did you mean `deployment/web is available`?'],
    ['deployment/web has atleast 3 available', 'did you mean `deployment/web has at least 3 available`?'],
    ['servce/web has endpoints', 'did you mean `service/web has endpoints`?'],
    ['3 pods are Runing', 'did you mean `3 pods are Running`?'],
    ['at most 3 pod matching a=b is Pendign', 'did you mean `at most 3 pods matching a=b are Pending`?'],
    ['every Pod is runnin', 'did you mean `every Pod is running`?'],
    ['2 pods matching a=b=c are Running', 'selectors are written K=V, K!=V, K or !K, joined by commas'],
  ])('suggests for %j', (sentence, help) => {
    expect(parseCondition(sentence)).toMatchObject({ ok: false, help });
  });

  it('lists the sentences when none is near', () => {
    expect(parseCondition('the moon is full')).toMatchObject({
      ok: false,
      help: expect.stringContaining(SENTENCES[0]!) as string,
    });
  });

  it('answers anything at all', () => {
    const words = fc.constantFrom(
      'every',
      'Pod',
      'is',
      'running',
      'deployment/web',
      'has',
      'at',
      'least',
      '3',
      'pods',
      'matching',
      'a=b',
      '-n',
      'no',
      'are',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 8 }))), (sentence) => {
        expect(() => parseCondition(sentence.join(' '))).not.toThrow();
      }),
    );
  });
});
