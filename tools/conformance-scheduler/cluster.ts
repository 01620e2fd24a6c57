import { keyOf } from '../../src/sim/api/kinds.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import type { ListedKinds, Lister } from '../../src/sim/policy-api/scheduling.ts';
import { SchedulerCache } from '../../src/policies/scheduling/framework/cache.ts';
import type { SearchCursor } from '../../src/policies/scheduling/framework/find-nodes.ts';
import { Framework, type FrameworkContext } from '../../src/policies/scheduling/framework/framework.ts';
import { Nominator } from '../../src/policies/scheduling/framework/nominator.ts';
import { podInfoOf } from '../../src/policies/scheduling/framework/pod-info.ts';
import { resolvePlugins } from '../../src/policies/scheduling/profile.ts';
import { IN_TREE_PLUGINS } from '../../src/policies/scheduling/registry.ts';
import type { Setting } from './cases.ts';
import { readRecordedConfiguration } from './configuration.ts';
import { RecordingError } from './objects.ts';

type AnyObject = ListedKinds[keyof ListedKinds];

/** Later than any time of a recording: a pod without a start time counts as started now. */
const NOW = Number.MAX_SAFE_INTEGER;

class ListOf {
  readonly #byKey = new Map<string, AnyObject>();

  put(object: AnyObject): void {
    this.#byKey.set(keyOf(object), object);
  }
  get(key: string): AnyObject | undefined {
    return this.#byKey.get(key);
  }
  list(namespace?: string): AnyObject[] {
    const all = [...this.#byKey.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }
}

/**
 * The simulator's own scheduler, filled as the recorder filled the real one: the cache in file order, everything else in
 * the listers. What kube-scheduler leaves to chance is pinned as in the recordings: every draw is 0.
 */
export class RecordedCluster {
  readonly cache = new SchedulerCache();
  readonly nominator = new Nominator();
  readonly cursor: SearchCursor;
  readonly #lists = new Map<string, ListOf>();
  readonly #frameworks = new Map<string, Framework>();

  constructor(setting: Setting) {
    this.cursor = { nextStartNodeIndex: setting.nextStartNodeIndex };
    const configuration = readRecordedConfiguration(setting.configuration);
    const context: FrameworkContext = {
      snapshot: this.cache.snapshot,
      nominator: this.nominator,
      lister: (kind) => this.#list(kind) as unknown as Lister<typeof kind>,
      now: () => NOW,
      featureGates: setting.featureGates,
      random: () => ({ next: () => 0, below: () => 0 }),
    };
    for (const profile of configuration.profiles) {
      const options = {
        schedulerName: profile.schedulerName,
        percentageOfNodesToScore: profile.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore,
      };
      const build: ConstructorParameters<typeof Framework>[2] = (handleOf) =>
        resolvePlugins(profile, IN_TREE_PLUGINS, handleOf);
      this.#frameworks.set(profile.schedulerName, new Framework(options, context, build));
    }
    for (const node of setting.nodes) {
      this.cache.addNode(node);
      this.put('Node', node);
    }
    for (const [kind, objects] of Object.entries(setting.objects)) {
      for (const object of objects) this.put(kind as keyof ListedKinds, object);
    }
    for (const pod of setting.pods) this.#addPod(pod);
  }

  /** The profile that schedules the pod. */
  frameworkOf(pod: Pod): Framework {
    const name = pod.spec.schedulerName ?? '';
    const framework = this.#frameworks.get(name);
    if (framework === undefined) throw new RecordingError(`no profile for scheduler name ${JSON.stringify(name)}`);
    return framework;
  }

  put(kind: keyof ListedKinds, object: AnyObject): void {
    this.#list(kind).put(object);
  }

  /** Bound pods are in the cache; the others wait, and are known to the nominator where they carry a nomination. */
  #addPod(pod: Pod): void {
    this.put('Pod', pod);
    const { nodeName } = pod.spec;
    if (nodeName !== undefined && nodeName !== '') {
      this.cache.addPod(podInfoOf(pod), nodeName);
      return;
    }
    const nominated = pod.status.nominatedNodeName;
    if (nominated !== undefined && nominated !== '') this.nominator.add(podInfoOf(pod), nominated);
  }

  #list(kind: keyof ListedKinds): ListOf {
    let list = this.#lists.get(kind);
    if (list === undefined) this.#lists.set(kind, (list = new ListOf()));
    return list;
  }
}
