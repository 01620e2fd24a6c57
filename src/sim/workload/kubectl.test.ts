import { describe, expect, it } from 'vitest';
import type { ApiObject } from '../api/kinds.ts';
import type { Deployment } from '../api/workloads.ts';
import type { KubectlCommand } from '../scenario/kubectl.ts';
import { container, KubeletRig, podNamed } from '../../../test/doubles/kubelet-rig.ts';
import { Kubectl, type CommandFailure } from './kubectl.ts';

const SECOND = 1_000_000;

function deployment(given: Partial<Deployment['spec']> = {}, metadata: object = {}): Deployment {
  return {
    kind: 'Deployment',
    metadata: { ...podNamed('web').metadata, ...metadata },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' }, annotations: {} },
        spec: { containers: [container('server', { image: 'web:v1' }), container('proxy', { image: 'proxy:v1' })] },
      },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      minReadySeconds: 0,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      paused: false,
      ...given,
    },
    status: {
      observedGeneration: 0,
      replicas: 0,
      updatedReplicas: 0,
      readyReplicas: 0,
      availableReplicas: 0,
      unavailableReplicas: 0,
      terminatingReplicas: 0,
      conditions: [],
    },
  };
}

class Terminal {
  readonly rig = new KubeletRig();
  readonly failures: CommandFailure[] = [];
  readonly #kubectl = new Kubectl(this.rig.engine, this.rig.api, (failure) => this.failures.push(failure));

  /** Runs commands a second apart. */
  run(...commands: KubectlCommand[]): this {
    const from = this.rig.engine.now;
    commands.forEach((command, i) => this.#kubectl.at(from + i * SECOND, { text: command.verb, command }));
    this.rig.run(from + commands.length * SECOND);
    return this;
  }

  get web(): Deployment | undefined {
    return this.rig.api.store.get('Deployment', 'default/web');
  }
}

const apply = (...objects: ApiObject[]): KubectlCommand => ({ verb: 'apply', objects });
const KEY = 'default/web';

describe('kubectl apply', () => {
  it('creates what is not there, in order, and leaves what is as it should be', () => {
    const terminal = new Terminal().run(apply(deployment(), podNamed('a')));
    const { resourceVersion } = terminal.web!.metadata;
    expect(resourceVersion).toBeLessThan(terminal.rig.versions[0]!.pod.metadata.resourceVersion);
    terminal.run(apply(deployment()));
    expect(terminal.web!.metadata).toMatchObject({ resourceVersion, generation: 1 });
    expect(terminal.failures).toEqual([]);
  });

  it('changes what the manifest says, and keeps what others have set', () => {
    const terminal = new Terminal().run(apply(deployment({}, { labels: { tier: 'web', old: 'yes' } })));
    const note = { annotations: { 'deployment.kubernetes.io/revision': '3' }, labels: { by: 'hand' } };
    terminal.rig.send({ verb: 'patch', kind: 'Deployment', key: KEY, patch: { metadata: note } });
    terminal.run(apply(deployment({ replicas: 5 }, { labels: { tier: 'shop' } })));
    expect(terminal.web!.spec.replicas).toBe(5);
    expect(terminal.web!.metadata.labels).toEqual({ tier: 'shop', by: 'hand' });
    expect(terminal.web!.metadata.annotations).toMatchObject(note.annotations);
    expect(terminal.web!.metadata.generation).toBeGreaterThan(1);
  });

  it('goes on with the next object when one is refused, and says which', () => {
    const stray = podNamed('stray', {}, { namespace: 'nowhere' });
    const terminal = new Terminal().run(apply(stray, deployment()));
    expect(terminal.web).toBeDefined();
    expect(terminal.failures).toEqual([
      {
        at: 7_000,
        text: 'apply',
        message: 'Error from server (NotFound): namespaces "nowhere" not found',
      },
    ]);
  });
});

describe('kubectl set image', () => {
  it('changes the containers it names and nothing else', () => {
    const terminal = new Terminal().run(apply(deployment()), {
      verb: 'set-image',
      kind: 'Deployment',
      key: KEY,
      images: { server: 'web:v2' },
    });
    const { containers } = terminal.web!.spec.template.spec;
    expect(containers.map((one) => one.image)).toEqual(['web:v2', 'proxy:v1']);
    expect(terminal.web!.metadata.generation).toBe(2);
  });

  it('takes * for all of them', () => {
    const terminal = new Terminal().run(apply(deployment()), {
      verb: 'set-image',
      kind: 'Deployment',
      key: KEY,
      images: { '*': 'all:v9' },
    });
    expect(terminal.web!.spec.template.spec.containers.map((one) => one.image)).toEqual(['all:v9', 'all:v9']);
  });

  it('fails on a container that is not there, and changes nothing', () => {
    const terminal = new Terminal().run(apply(deployment()), {
      verb: 'set-image',
      kind: 'Deployment',
      key: KEY,
      images: { servr: 'web:v2', proxy: 'x:1' },
    });
    expect(terminal.failures.map((one) => one.message)).toEqual(['error: unable to find container named "servr"']);
    expect(terminal.web!.metadata.generation).toBe(1);
  });
});

describe('kubectl scale and delete', () => {
  it('scale', () => {
    const terminal = new Terminal().run(apply(deployment()), {
      verb: 'scale',
      kind: 'Deployment',
      key: KEY,
      replicas: 7,
    });
    expect(terminal.web!.spec.replicas).toBe(7);
  });

  it('delete, with the grace that is asked for', () => {
    const terminal = new Terminal().run(
      apply(podNamed('a'), podNamed('b')),
      { verb: 'delete', kind: 'Pod', key: 'default/a', gracePeriodSeconds: 0 },
      { verb: 'delete', kind: 'Pod', key: 'default/b', gracePeriodSeconds: 7 },
    );
    expect(terminal.rig.pod('a')).toBeUndefined();
    const marked = terminal.rig.versions.find(
      ({ pod }) => pod.metadata.deletionTimestamp !== undefined && pod.metadata.name === 'b',
    )!;
    expect(marked.pod.metadata.deletionGracePeriodSeconds).toBe(7);
  });

  it('say so when there is nothing of the name', () => {
    const terminal = new Terminal().run(
      { verb: 'scale', kind: 'Deployment', key: 'default/nobody', replicas: 1 },
      { verb: 'delete', kind: 'Deployment', key: 'default/nobody', gracePeriodSeconds: undefined },
      { verb: 'set-image', kind: 'Deployment', key: 'default/nobody', images: { a: 'b' } },
    );
    expect(terminal.failures).toHaveLength(3);
    for (const { message } of terminal.failures)
      expect(message).toMatch(/^Error from server \(NotFound\): .*nobody" not found$/);
  });
});
