import type { ContainerImage, Node } from '../../src/sim/api/node.ts';
import type { Pod } from '../../src/sim/api/pod.ts';
import type {
  FilterPlugin,
  Plugin,
  PreFilterPlugin,
  PreScorePlugin,
  ScorePlugin,
} from '../../src/sim/policy-api/scheduling.ts';
import { Code, type Status } from '../../src/sim/policy-api/status.ts';
import { CycleScratch } from '../../src/policies/scheduling/framework/cycle-state.ts';
import { podInfoOf } from '../../src/policies/scheduling/framework/pod-info.ts';
import type { SchedulingWorld } from './scheduling-world.ts';
import { nodeOf, type NodeWish } from './scheduling-world.ts';

/** One plugin of a world's profile, asked alone about every node. */

type AnyPlugin = Plugin & Partial<PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin>;

function pluginOf(world: SchedulingWorld, name: string, pod: Pod): AnyPlugin {
  const found = world.policy.frameworkFor(pod).plugins.all.find((plugin) => plugin.name === name);
  if (found === undefined) throw new Error(`the profile has no ${name}`);
  return found;
}

function said(status: Status | undefined): string {
  if (status === undefined || status.code === Code.Success) return 'ok';
  const code = Object.entries(Code).find(([, value]) => value === status.code)![0];
  return [code, ...status.reasons].join(': ');
}

/** What PreFilter answers (`Skip`, or a rejection), or else what Filter says of every node, by name. */
export function verdicts(world: SchedulingWorld, name: string, pod: Pod): string | Record<string, string> {
  const plugin = pluginOf(world, name, pod);
  const { nodes } = world.policy.cache.refresh();
  const state = new CycleScratch();
  const info = podInfoOf(pod);
  const preFilter = said(plugin.preFilter?.(state, info, nodes)?.status);
  if (preFilter !== 'ok') return preFilter;
  return Object.fromEntries(nodes.map((node) => [node.name, said(plugin.filter!(state, info, node))]));
}

/** What PreScore answers (`Skip`, or an error), or else the raw and the normalised score of every node, by name. */
export function scores(world: SchedulingWorld, name: string, pod: Pod): string | Record<string, [number, number]> {
  const plugin = pluginOf(world, name, pod);
  const { nodes } = world.policy.cache.refresh();
  const state = new CycleScratch();
  const info = podInfoOf(pod);
  const preScore = said(plugin.preScore?.(state, info, nodes));
  if (preScore !== 'ok') return preScore;
  const raw = nodes.map((node) => plugin.score!(state, info, node));
  const normalized = [...raw];
  plugin.normalizeScores?.(state, info, normalized, nodes);
  return Object.fromEntries(nodes.map((node, i) => [node.name, [raw[i]!, normalized[i]!]]));
}

/** The normalised scores alone. */
export function finalScores(world: SchedulingWorld, name: string, pod: Pod): string | Record<string, number> {
  const all = scores(world, name, pod);
  if (typeof all === 'string') return all;
  return Object.fromEntries(Object.entries(all).map(([node, [, normalized]]) => [node, normalized]));
}

/** A node with exactly these allocatable resources, labels and images. */
export interface ExactNode extends NodeWish {
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly exactLabels?: Readonly<Record<string, string>>;
  readonly images?: readonly ContainerImage[];
}

export function putNode(world: SchedulingWorld, name: string, wish: ExactNode = {}): Node {
  const base = nodeOf(name, wish);
  const allocatable = wish.allocatable ?? base.status.allocatable;
  const node: Node = {
    ...base,
    metadata: { ...base.metadata, labels: wish.exactLabels ?? base.metadata.labels },
    status: {
      ...base.status,
      allocatable,
      capacity: allocatable,
      ...(wish.images === undefined ? {} : { images: wish.images }),
    },
  };
  world.add(node);
  world.policy.setNode(node);
  return node;
}
