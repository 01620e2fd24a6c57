import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKubectl } from './kubectl.ts';
import { splitWords } from './kubectl/words.ts';

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
    ['create -f a.yaml', { verb: 'create', files: ['a.yaml'], recursive: false, namespace: undefined }],
    ['scale sts/db --replicas=2', { verb: 'scale', kind: 'StatefulSet', keys: ['default/db'], replicas: 2 }],
    [
      'delete rs/a --cascade=orphan',
      {
        verb: 'delete',
        kind: 'ReplicaSet',
        keys: ['default/a'],
        gracePeriodSeconds: undefined,
        propagation: 'Orphan',
      },
    ],
    [
      'rollout undo deployment/web --to-revision=4',
      { verb: 'rollout', action: 'undo', kind: 'Deployment', keys: ['default/web'], toRevision: 4 },
    ],
    [
      'rollout restart ds agent -n kube-system',
      { verb: 'rollout', action: 'restart', kind: 'DaemonSet', keys: ['kube-system/agent'], toRevision: 0 },
    ],
    ['cordon n1 node/n2', { verb: 'cordon', keys: ['n1', 'n2'], on: true }],
    ['uncordon n1', { verb: 'cordon', keys: ['n1'], on: false }],
    [
      'drain n1 --ignore-daemonsets --timeout=60s --grace-period=5',
      {
        verb: 'drain',
        keys: ['n1'],
        ignoreDaemonSets: true,
        deleteEmptyDirData: false,
        force: false,
        gracePeriodSeconds: 5,
        timeoutMicros: 60_000_000,
        podSelector: undefined,
      },
    ],
    [
      'label pods a tier=web old- --overwrite',
      { verb: 'label', kind: 'Pod', keys: ['default/a'], values: { tier: 'web', old: null }, overwrite: true },
    ],
    [
      'annotate deploy/web "why=because of it"',
      {
        verb: 'annotate',
        kind: 'Deployment',
        keys: ['default/web'],
        values: { why: 'because of it' },
        overwrite: false,
      },
    ],
    [
      'taint nodes n1 gpu=yes:NoSchedule maint:NoExecute- old-',
      {
        verb: 'taint',
        keys: ['n1'],
        add: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
        remove: [{ key: 'maint', effect: 'NoExecute' }, { key: 'old' }],
        overwrite: false,
      },
    ],
    [
      'patch deployment web -p \'{"spec": {"paused": true}}\'',
      {
        verb: 'patch',
        kind: 'Deployment',
        keys: ['default/web'],
        subresource: undefined,
        body: { patchType: 'strategic', patch: { spec: { paused: true } } },
      },
    ],
    [
      'autoscale deployment/web --min=2 --max=10 --cpu=70%',
      {
        verb: 'autoscale',
        kind: 'Deployment',
        keys: ['default/web'],
        name: undefined,
        minReplicas: 2,
        maxReplicas: 10,
        cpuPercent: 70,
      },
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
    ['delete pod a --cascade=all', /not background/, /./],
    ['rollout undoo deployment/web', /`rollout undoo` is not simulated/, /undo/],
    ['rollout pause sts/db', /cannot be done/, /Deployments/],
    ['rollot undo deployment/web', /not a command/, /did you mean `rollout`/],
    ['drain', /name of a node/, /./],
    ['drain n1 --timeout=soon', /not a duration/, /./],
    ['drain n1 --ignore-daemonset', /is not simulated here/, /did you mean `--ignore-daemonsets`/],
    ['cordon pod/a', /not the name of a node/, /./],
    ['taint nodes n1 gpu=yes', /not KEY=VALUE:EFFECT/, /NoSchedule/],
    ['taint nodes n1 gpu=yes:NoSchedul', /not KEY=VALUE:EFFECT/, /NoSchedule/],
    ['label pods a', /needs NAME=VALUE/, /./],
    ['label pods a b=1 b=2', /each name once/, /./],
    ['patch pod a', /needs `-p JSON`/, /./],
    ['patch pod a -p "{"', /not a map/, /./],
    ['patch pod a -p "{}" --type=json', /list of operations/, /./],
    ['autoscale deployment/web', /needs `--max=N`/, /./],
    ['autoscale deployment/web --max=1 --min=2', /less than/, /./],
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
