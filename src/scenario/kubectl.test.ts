import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKubectl } from './kubectl.ts';
import { splitWords } from './kubectl-words.ts';

describe('splitWords', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    ['"a b" c\'d e\'f', ['a b', 'cd ef']],
    ['a\\ b "c\\"d" \'e\\f\'', ['a b', 'c"d', 'e\\f']],
    ['""', ['']],
    ['', []],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it('gives back words that were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
        expect(splitWords(line)).toEqual(words);
      }),
    );
  });
});

describe('parseKubectl', () => {
  it.each([
    ['scale deployment/web --replicas=3', { verb: 'scale', kind: 'Deployment', keys: ['default/web'], replicas: 3 }],
    [
      'kubectl scale --replicas 3 deploy web -n prod',
      { verb: 'scale', kind: 'Deployment', keys: ['prod/web'], replicas: 3 },
    ],
    [
      '-n prod scale rs/a rs/b --replicas=0',
      { verb: 'scale', kind: 'ReplicaSet', keys: ['prod/a', 'prod/b'], replicas: 0 },
    ],
    [
      'set image deployment/web server=web:v2 sidecar=proxy:v3',
      {
        verb: 'set-image',
        kind: 'Deployment',
        keys: ['default/web'],
        images: { server: 'web:v2', sidecar: 'proxy:v3' },
      },
    ],
    [
      'set image deployment web server=registry:5000/web@sha256:abc=',
      {
        verb: 'set-image',
        kind: 'Deployment',
        keys: ['default/web'],
        images: { server: 'registry:5000/web@sha256:abc=' },
      },
    ],
    [
      'delete pod a b --grace-period=5',
      { verb: 'delete', kind: 'Pod', keys: ['default/a', 'default/b'], gracePeriodSeconds: 5 },
    ],
    ['delete po/a --now', { verb: 'delete', kind: 'Pod', keys: ['default/a'], gracePeriodSeconds: 1 }],
    [
      'delete po/a --force --grace-period=0',
      { verb: 'delete', kind: 'Pod', keys: ['default/a'], gracePeriodSeconds: 0 },
    ],
    [
      'delete po/a --grace-period=-1',
      { verb: 'delete', kind: 'Pod', keys: ['default/a'], gracePeriodSeconds: undefined },
    ],
    ['delete node worker-3', { verb: 'delete', kind: 'Node', keys: ['worker-3'], gracePeriodSeconds: undefined }],
    [
      'delete deployment.apps/web',
      { verb: 'delete', kind: 'Deployment', keys: ['default/web'], gracePeriodSeconds: undefined },
    ],
    [
      'apply -f a.yaml -f b/,c.yaml -R',
      { verb: 'apply', files: ['a.yaml', 'b/', 'c.yaml'], recursive: true, namespace: undefined },
    ],
    [
      'apply --filename=a.yaml --namespace=prod',
      { verb: 'apply', files: ['a.yaml'], recursive: false, namespace: 'prod' },
    ],
    ['apply -fa.yaml', { verb: 'apply', files: ['a.yaml'], recursive: false, namespace: undefined }],
  ])('%s', (text, line) => {
    const reading = parseKubectl(text);
    expect(reading).toMatchObject({ ok: true });
    if (reading.ok) expect({ ...reading.line }).toEqual(line);
  });

  it.each([
    ['', /empty/, /supported/],
    ['scal deployment/web', /not a command/, /did you mean `scale`/],
    ['get pods', /`kubectl get` is not simulated/, /supported/],
    ['appyl -f x', /not a command/, /did you mean `apply`/],
    ['set resources deployment/web', /`set resources` is not simulated/, /supported/],
    ['scale deployment/web', /needs `--replicas=N`/, /./],
    ['scale deployment/web --replicas=1e3', /not a number of replicas/, /./],
    ['scale service/web --replicas=1', /cannot be scaled/, /./],
    ['scale deployment/ --replicas=1', /name of the Deployment/, /./],
    ['scale deployment/a/b --replicas=1', /KIND\/NAME/, /./],
    ['scale deployment/a b --replicas=1', /KIND\/NAME/, /./],
    ['scale deployment/a replicaset/b --replicas=1', /one kind/, /./],
    ['scale deploymnet/web --replicas=1', /not a kind/, /did you mean `deployment`/],
    ['scale deployment/web --replicsa=1', /is not simulated here/, /did you mean `--replicas`/],
    ['set image deployment/web', /CONTAINER=IMAGE/, /./],
    ['set image deployment/web =x', /CONTAINER=IMAGE/, /./],
    ['set image deployment/web __proto__=x', /CONTAINER=IMAGE/, /./],
    ['delete pod', /name of the Pod/, /./],
    ['delete pod a --now --grace-period=3', /exclude each other/, /./],
    ['delete pod a --now=maybe', /true or false/, /./],
    ['delete pod a -n', /needs a value/, /./],
    ['apply a.yaml', /unexpected/, /-f/],
    ['apply -f ""', /needs a file/, /./],
    ['delete pod "a', /not closed/, /./],
  ])('refuses %j', (text, message, help) => {
    const reading = parseKubectl(text);
    expect(reading.ok).toBe(false);
    if (reading.ok) return;
    expect(reading.message).toMatch(message);
    expect(reading.help).toMatch(help);
  });

  it('answers anything at all', () => {
    const words = fc.constantFrom(
      'apply',
      'scale',
      'set',
      'image',
      'delete',
      'pod',
      'deployment/web',
      '-n',
      '--replicas',
      '--replicas=3',
      '-f',
      '--',
      '-',
      '=',
      'a=b',
      '--=',
      '-=x',
      "'",
      '"',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 6 }))), (line) => {
        const reading = parseKubectl(line.join(' '));
        if (!reading.ok) expect(reading.message).not.toBe('');
      }),
    );
  });
});
