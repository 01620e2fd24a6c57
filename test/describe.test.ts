import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeObject } from '../src/report/kubectl/describe/describe-object.ts';
import { layOut } from '../src/report/kubectl/describe/tab-layout.ts';
import type { Scene } from '../src/report/kubectl/describe/scene.ts';
import type { Wire } from '../src/report/kubectl/describe/wire.ts';
import { decodeObject } from '../src/sim/api/decode/decode-object.ts';
import type { ApiObject, Kind } from '../src/sim/api/kinds.ts';
import { orrery } from './doubles/orrery.ts';

/** Objects of a run, and what kubectl v1.36 prints of them when it is given these, at some time. */
interface Printed {
  readonly nowMicros: number;
  readonly objects: readonly (Wire & { readonly kind: Kind })[];
  readonly described: readonly {
    readonly kind: Kind;
    readonly namespace: string;
    readonly name: string;
    readonly text: string;
  }[];
}

const { nowMicros, objects, described } = JSON.parse(
  readFileSync(new URL('fixtures/kubectl-describe.json', import.meta.url), 'utf8'),
) as Printed;

const scene: Scene = {
  now: nowMicros,
  all: (kind) => objects.filter((object) => object.kind === kind),
  kept: (kind) => scene.all(kind).map((object) => decodeObject(object, () => undefined) as ApiObject),
};

describe('what kubectl prints', () => {
  test.each(described.map((one) => [one.kind, one.name, one] as const))(
    'of %s %s',
    (kind, name, { namespace, text }) => {
      const isMeant = (object: Wire): boolean => {
        const metadata = object['metadata'] as { readonly name: string; readonly namespace?: string };
        return metadata.name === name && (metadata.namespace ?? '') === namespace;
      };
      const object = scene.all(kind).find(isMeant)!;
      expect(describeObject(kind, object, scene)).toBe(text);
    },
  );

  test('of a kind that it does not know', () => {
    const website = {
      apiVersion: 'example.com/v1',
      kind: 'Website',
      metadata: { name: 'blog', namespace: 'default', uid: 'u', labels: { a: 'b' }, generation: 2 },
      spec: {
        gitURL: 'https://x',
        replicaCount: 3,
        hosts: ['a', 'b'],
        parts: [{ clusterIP: '10.0.0.1' }],
        'odd.name': true,
      },
    };
    const text = describeObject('Website.example.com' as Kind, website, { ...scene, all: () => [] });
    expect(text).toBe(
      [
        'Name:         blog',
        'Namespace:    default',
        'Labels:       a=b',
        'Annotations:  <none>',
        'API Version:  example.com/v1',
        'Kind:         Website',
        'Metadata:',
        '  Generation:  2',
        '  UID:         u',
        'Spec:',
        '  Git URL:  https://x',
        '  Hosts:',
        '    a',
        '    b',
        '  odd.name:  true',
        '  Parts:',
        '    Cluster IP:   10.0.0.1',
        '  Replica Count:  3',
        'Events:           <none>',
        '',
      ].join('\n'),
    );
  });
});

test('columns are as wide as the lines next to each other ask for', () => {
  expect(layOut('a\tb\nlonger\tb\nnone\nc\td\te\n')).toBe('a       b\nlonger  b\nnone\nc  d  e\n');
});

describe('orrery describe', { timeout: 30_000 }, () => {
  const run = (...args: string[]) => orrery(['describe', ...args]);

  test('shows the objects that are named, or whose names begin so, one below the other', () => {
    const { code, stdout } = run('deployment', 'scenarios/rolling-update.yaml', 'api', '--at', '6m');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Name: +api\nNamespace: +default\n/);
    expect(stdout).toContain('StrategyType:');
    expect(stdout).toMatch(/Normal +ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set/);
    const pods = run('pods', 'scenarios/rolling-update.yaml', 'api-', '--at', '6m');
    expect(pods.stdout.match(/^Name: +api-/gm)!.length).toBeGreaterThan(1);
  });

  test('says that the run was over by then, and shows its end', () => {
    const short = ['--set', 'duration=7m', '--set', 'expect=[]'];
    const ended = run('deployment/api', 'scenarios/rolling-update.yaml', ...short);
    const later = run('deployment/api', 'scenarios/rolling-update.yaml', ...short, '--at', '100h');
    expect(ended.stderr).toBe('');
    expect(later).toEqual({
      ...ended,
      stderr: 'the run ended at 7m, before 100h: this is how things stood at its end\n',
    });
    expect(run('deployment/api', 'scenarios/rolling-update.yaml', ...short, '--at', '7m')).toEqual(ended);
  });

  test('says what is not there, with exit code 1', () => {
    const { code, stdout, stderr } = run('pod/nobody', 'scenarios/rolling-update.yaml', '--at', '1s');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('Error from server (NotFound): pod "nobody" not found');
  });

  test('knows what was meant by a kind that is none', () => {
    const { code, stderr } = run('deploymnt/web', 'scenarios/rolling-update.yaml');
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean deployment');
  });
});
