import { keyOf } from '../../src/sim/api/kinds.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import type { SchedulerHost } from '../../src/sim/policy-api/scheduler.ts';
import type { ListedKinds, Lister } from '../../src/sim/policy-api/scheduling.ts';
import type { SchedulerConfiguration } from '../../src/policies/scheduling/configuration/configuration.ts';
import { podInfoOf } from '../../src/policies/scheduling/framework/pod-info.ts';
import { FrameworkPolicy } from '../../src/policies/scheduling/framework/scheduling-policy.ts';
import { kubeScheduler } from '../../src/policies/scheduling/kube-scheduler.ts';
import type { Setting } from './cases.ts';
import { ColumnForm } from './column-form.ts';
import { readRecordedConfiguration } from './configuration.ts';
import { RecordingError } from './objects.ts';

/** Which form of the plugins decides. */
export type PluginForm = 'plain' | 'columns';

type AnyObject = ListedKinds[keyof ListedKinds];

/** Later than any time of a recording: a pod without a start time counts as started now. */
const NOW = Number.MAX_SAFE_INTEGER;

class ListOf {
  readonly #byKey = new Map<string, AnyObject>();

  put(object: AnyObject): void {
    this.#byKey.set(keyOf(object), object);
  }
  delete(object: AnyObject): void {
    this.#byKey.delete(keyOf(object));
  }
  get(key: string): AnyObject | undefined {
    return this.#byKey.get(key);
  }
  list(namespace?: string): AnyObject[] {
    const all = [...this.#byKey.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }
}

/** What the plugins' listers answer with. */
export class ObjectLists {
  readonly #lists = new Map<string, ListOf>();

  of(kind: keyof ListedKinds): ListOf {
    let list = this.#lists.get(kind);
    if (list === undefined) this.#lists.set(kind, (list = new ListOf()));
    return list;
  }

  /** A host for the scheduling policy. What kube-scheduler leaves to chance is pinned: every draw is 0. */
  host(): SchedulerHost {
    return {
      now: () => NOW,
      lister: (kind) => this.of(kind) as unknown as Lister<typeof kind>,
      random: () => ({ next: () => 0, below: () => 0 }),
      isPreempting: () => false,
      waitingPods: () => [],
      activate: () => {},
    };
  }
}

/** The simulator's scheduler with this configuration. */
export function policyOf(
  configuration: SchedulerConfiguration,
  featureGates: Readonly<Record<string, boolean>>,
  host: SchedulerHost,
  form: PluginForm,
): FrameworkPolicy {
  const policy = kubeScheduler(configuration, { featureGates, form })(host);
  if (!(policy instanceof FrameworkPolicy)) throw new TypeError('kubeScheduler is not made of the framework');
  return policy;
}

/** The scheduler of a case, filled as the recorder filled the real one: the cache in file order, the rest in listers. */
export class RecordedCluster {
  readonly objects = new ObjectLists();
  readonly policy: FrameworkPolicy;

  /** `undefined` where the plain form decides. */
  readonly columns: ColumnForm | undefined;

  constructor(setting: Setting, form: PluginForm) {
    const configuration = readRecordedConfiguration(setting.configuration);
    this.policy = policyOf(configuration, setting.featureGates, this.objects.host(), form);
    this.columns = form === 'columns' ? new ColumnForm(this.policy) : undefined;
    this.policy.cursor.nextStartNodeIndex = setting.nextStartNodeIndex;
    for (const node of setting.nodes) {
      this.policy.setNode(node);
      this.objects.of('Node').put(node);
    }
    for (const [kind, objects] of Object.entries(setting.objects)) {
      for (const object of objects ?? []) this.objects.of(kind as keyof ListedKinds).put(object);
    }
    for (const pod of setting.pods) this.#addPod(pod);
  }

  /** Refuses a pod that no profile would schedule. */
  frameworkOf(pod: Pod): ReturnType<FrameworkPolicy['frameworkFor']> {
    const name = pod.spec.schedulerName ?? '';
    if (!this.policy.schedulerNames.includes(name)) {
      throw new RecordingError(`no profile for scheduler name ${JSON.stringify(name)}`);
    }
    return this.policy.frameworkFor(pod);
  }

  /** Bound pods are in the cache; the others wait, and are known to the nominator where they carry a nomination. */
  #addPod(pod: Pod): void {
    this.objects.of('Pod').put(pod);
    if ((pod.spec.nodeName ?? '') !== '') {
      this.policy.setPod(pod);
      return;
    }
    const nominated = pod.status.nominatedNodeName ?? '';
    if (nominated !== '') this.policy.nominator.add(podInfoOf(pod), nominated);
  }
}
