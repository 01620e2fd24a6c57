import type {
  CycleState,
  NodeInfo,
  PluginFactory,
  PluginHandle,
  PodInfo,
  PreScorePlugin,
  ReservePlugin,
  ScorePlugin,
} from './scheduling.ts';
import { Code, type Status } from './status.ts';

/** A placement rule that needs no scores: it is shown the nodes that fit and names one of them. */
export interface NodeChoice {
  /** `nodes` has two nodes at least. */
  choose(pod: PodInfo, nodes: readonly NodeInfo[]): NodeInfo;
  /** A pod has been given a node; also where there was no choice. */
  placed?(pod: PodInfo, nodeName: string): void;
}

/**
 * A plugin that decides by choosing: the chosen node scores 100 and every other 0. It is meant to be the only Score
 * plugin of its profile, with `percentageOfNodesToScore: 100`, so that it is shown all nodes that fit.
 */
export function nodeChooser(name: string, make: (handle: PluginHandle) => NodeChoice): PluginFactory {
  return (_args, handle) => new NodeChooser(name, make(handle));
}

/** Members of a KubeSchedulerConfiguration: kube-scheduler's filters, all nodes looked at, and this plugin's choice. */
export function choosingConfiguration(pluginName: string): Readonly<Record<string, unknown>> {
  const chooser = { disabled: [{ name: '*' }], enabled: [{ name: pluginName }] };
  return {
    percentageOfNodesToScore: 100,
    profiles: [{ plugins: { preScore: chooser, score: chooser, reserve: { enabled: [{ name: pluginName }] } } }],
  };
}

class NodeChooser implements PreScorePlugin, ScorePlugin, ReservePlugin {
  readonly name: string;
  readonly #choice: NodeChoice;

  constructor(name: string, choice: NodeChoice) {
    this.name = name;
    this.#choice = choice;
  }

  preScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Status | undefined {
    const chosen: NodeInfo | undefined = this.#choice.choose(pod, nodes);
    if (!nodes.some((node) => node.name === chosen?.name)) {
      return { code: Code.Error, reasons: [`chose ${chosen?.name ?? 'no node'}, which is none of the nodes that fit`] };
    }
    state.write(this.name, chosen.name);
    return undefined;
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    return state.read<string>(this.name) === node.name ? 100 : 0;
  }

  reserve(_state: CycleState, pod: PodInfo, nodeName: string): undefined {
    this.#choice.placed?.(pod, nodeName);
  }

  unreserve(): void {}
}
