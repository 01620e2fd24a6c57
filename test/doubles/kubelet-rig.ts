import { Engine } from '../../src/sim/engine/engine.ts';
import type { ApiObject } from '../../src/sim/api/kinds.ts';
import { NO_LABELS, type ObjectMeta } from '../../src/sim/api/meta.ts';
import type { Node } from '../../src/sim/api/node.ts';
import type { Container, Pod, PodSpec, ResourceList } from '../../src/sim/api/pod.ts';
import type { Request, Response } from '../../src/sim/api/request.ts';
import { SimulatedApiServer } from '../../src/sim/control-plane/api-server/api-server.ts';
import { RUNS_FOREVER, type ContainerBehaviours, type ContainerLife } from '../../src/sim/node/container-behaviour.ts';
import { Kubelets } from '../../src/sim/node/kubelets.ts';
import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import type { Distribution } from '../../src/sim/engine/samplers.ts';
import type { Parameters } from '../../src/sim/scenario/parameters.ts';

const constant = (value: number): Distribution => ({ kind: 'constant', value });

/** Every hop takes a fixed time, so that a test can say when something happens. Milliseconds in round numbers. */
export const FIXED_PARAMETERS: Parameters = {
  ...DEFAULT_PARAMETERS,
  network: { clientToApiServer: constant(500) },
  apiServer: { ...DEFAULT_PARAMETERS.apiServer, read: constant(1_000), write: constant(2_000) },
  etcd: { commit: constant(2_000), peer: constant(150), start: constant(200_000) },
  watch: { delivery: constant(5_000) },
  kubelet: {
    admission: constant(20_000),
    volumeWait: constant(300_000),
    sandbox: constant(200_000),
    containerCreate: constant(20_000),
    containerStart: constant(30_000),
    statusDelay: constant(10_000),
    teardown: constant(400_000),
    plegPeriod: 1_000_000,
    leaseRenewPeriod: 10_000_000,
    nodeStatusReportPeriod: 300_000_000,
    client: undefined,
  },
  image: {
    registryRoundTrip: constant(100_000),
    sizeBytes: constant(50_000_000),
    bandwidthBytesPerSecond: 100_000_000,
    unpackBytesPerSecond: 100_000_000,
  },
};

/** A life of which some members are given. */
export function lifeOf(given: Partial<ContainerLife>): ContainerLife {
  return { ...RUNS_FOREVER, ...given };
}

/** A life whose probes answer by age: each entry says from when on they answer so. */
export function probedLife(
  turns: readonly (readonly [ageMicros: number, passes: boolean])[],
  given: Partial<ContainerLife> = {},
): ContainerLife {
  return {
    ...RUNS_FOREVER,
    passes: (_probe, age) => {
      let answer = true;
      for (const [from, passes] of turns) if (age >= from) answer = passes;
      return answer;
    },
    nextTurn: (_probe, age) => turns.find(([from]) => from > age)?.[0] ?? Infinity,
    ...given,
  };
}

/** Behaviours that a test scripts: lives by container name and attempt; the last one repeats. */
export class ScriptedBehaviours implements ContainerBehaviours {
  lives: Record<string, readonly ContainerLife[]> = {};
  pullErrors: Record<string, number> = {};
  hooks: Record<string, { readonly duration: number; readonly ok: boolean }> = {};

  life(pod: Pod, container: Container, attempt: number): ContainerLife {
    const lives = this.lives[pod.metadata.name + '/' + container.name] ?? this.lives[container.name];
    return lives === undefined ? RUNS_FOREVER : lives[Math.min(attempt, lives.length - 1)]!;
  }

  pullError(_pod: Pod, container: Container, attempt: number): string | undefined {
    const failures = this.pullErrors[container.image] ?? 0;
    return attempt < failures ? `failed to resolve image "${container.image}": not found` : undefined;
  }

  hook(_pod: Pod, container: Container, hook: 'postStart' | 'preStop'): { duration: number; ok: boolean } {
    return this.hooks[container.name + '/' + hook] ?? { duration: 0, ok: true };
  }
}

export interface RecordedEvent {
  readonly at: number;
  readonly pod: string;
  readonly reason: string;
  readonly message: string;
}

/** One version of a pod as it was committed. */
export interface PodVersion {
  readonly at: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly pod: Pod;
}

/** An engine, an API server, and kubelets, without anything else: pods are bound by hand. */
export class KubeletRig {
  readonly engine: Engine;
  readonly api: SimulatedApiServer;
  readonly behaviours = new ScriptedBehaviours();
  readonly kubelets: Kubelets;
  readonly events: RecordedEvent[] = [];
  readonly versions: PodVersion[] = [];
  readonly responses: Response[] = [];
  readonly #signals = new Map<string, number>();
  readonly #client;
  readonly #step;

  constructor(
    options: {
      readonly parameters?: Parameters;
      readonly seed?: string;
      readonly nodes?: readonly Node[];
      readonly behaviours?: ContainerBehaviours;
    } = {},
  ) {
    const parameters = options.parameters ?? FIXED_PARAMETERS;
    const engine = new Engine({ seed: options.seed ?? 'rig' });
    this.engine = engine;
    this.api = new SimulatedApiServer(engine, parameters);
    this.api.observe(({ change }) => {
      if (change.object.kind === 'Pod') {
        this.versions.push({ at: engine.now, type: change.type, pod: change.object });
      }
    });
    this.api.install(namespace('default'));
    this.kubelets = new Kubelets({
      engine,
      api: this.api,
      recorderFor: () => ({
        record: (about, _type, reason, message) => {
          this.events.push({ at: engine.now, pod: about.metadata.name, reason, message });
        },
      }),
      parameters,
      behaviours: this.#watched(options.behaviours ?? this.behaviours),
    });
    for (const node of options.nodes ?? [nodeNamed('node-1')]) this.kubelets.addNode(this.api.install(node) as Node);
    this.#client = this.api.client('test', undefined);
    this.#step = engine.on('test/step', (_a, _b, act) => (act as () => void)());
  }

  /** The same behaviours, noting when a life is asked how it takes SIGTERM. */
  #watched(behaviours: ContainerBehaviours): ContainerBehaviours {
    return {
      pullError: (pod, spec, attempt) => behaviours.pullError(pod, spec, attempt),
      hook: (pod, spec, hook, attempt) => behaviours.hook(pod, spec, hook, attempt),
      life: (pod, spec, attempt) => {
        const life = behaviours.life(pod, spec, attempt);
        const signals = this.#signals;
        const { engine } = this;
        return {
          exitAge: life.exitAge,
          exitCode: life.exitCode,
          exitReason: life.exitReason,
          stopCode: life.stopCode,
          readyAge: life.readyAge,
          passes: (probe, age) => life.passes(probe, age),
          nextTurn: (probe, age) => life.nextTurn(probe, age),
          get stopDelay() {
            signals.set(spec.name, engine.now);
            return life.stopDelay;
          },
        };
      },
    };
  }

  at(micros: number, act: () => void): void {
    this.engine.at(micros, this.#step, 0, 0, act);
  }

  send(request: Request): void {
    this.#client.send(request, (response) => this.responses.push(response));
  }

  create(pod: Pod): void {
    this.send({ verb: 'create', object: pod });
  }

  delete(name: string, gracePeriodSeconds?: number): void {
    this.send({
      verb: 'delete',
      kind: 'Pod',
      key: 'default/' + name,
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    });
  }

  run(until: number): void {
    this.engine.run({ until });
  }

  pod(name: string): Pod | undefined {
    return this.api.store.get('Pod', 'default/' + name);
  }

  /** When the last version was committed that first fulfilled a condition. */
  when(name: string, holds: (pod: Pod) => boolean): number | undefined {
    return this.versions.find(({ pod, type }) => type !== 'DELETED' && pod.metadata.name === name && holds(pod))?.at;
  }

  /** When SIGTERM was sent to a container. */
  stopAsked(container: string): number | undefined {
    return this.#signals.get(container);
  }

  eventsOf(name: string): string[] {
    return this.events.filter((one) => one.pod === name).map((one) => one.reason);
  }
}

function meta(name: string, namespace: string): ObjectMeta {
  return {
    name,
    namespace,
    uid: '',
    resourceVersion: 0,
    generation: 0,
    creationTimestamp: 0,
    labels: NO_LABELS,
    annotations: NO_LABELS,
    ownerReferences: [],
    finalizers: [],
  };
}

function namespace(name: string): ApiObject {
  return { kind: 'Namespace', metadata: meta(name, ''), status: { phase: 'Active' } };
}

export function nodeNamed(name: string, capacity: ResourceList = { cpu: '16', memory: '64Gi', pods: '110' }): Node {
  return {
    kind: 'Node',
    metadata: meta(name, ''),
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      conditions: [{ type: 'Ready', status: 'True' }],
      images: [{ names: ['cached/app:v1'] }],
    },
  };
}

export function container(name: string, given: Partial<Container> = {}): Container {
  return { name, image: 'cached/app:v1', ...given };
}

/** A pod bound to `node-1`, without a service account token unless it is asked for. */
export function podNamed(name: string, spec: Partial<PodSpec> = {}, given: Partial<ObjectMeta> = {}): Pod {
  return {
    kind: 'Pod',
    metadata: { ...meta(name, 'default'), ...given },
    spec: {
      nodeName: 'node-1',
      automountServiceAccountToken: false,
      containers: [container('c')],
      ...spec,
    },
    status: { phase: 'Pending', conditions: [] },
  };
}
