import type { HPAScalingPolicy, HPAScalingRules } from '../../../sim/api/autoscaling.ts';
import { changeWithin, remember, type ReplicaHistory } from './replica-history.ts';

const MICROS_PER_SECOND = 1_000_000;
const READY = 'recommended size matches current size';
const WITHIN_RANGE = 'the desired count is within the acceptable range';
const TOO_MANY = 'the desired replica count is more than the maximum replica count';
const TOO_FEW = 'the desired replica count is less than the minimum replica count';
const TOO_FAST_UP = 'the desired replica count is increasing faster than the maximum scale rate';
const TOO_FAST_DOWN = 'the desired replica count is decreasing faster than the maximum scale rate';
const LOWER_BEFORE = 'recent recommendations were lower than current one, applying the lowest recent recommendation';
const HIGHER_BEFORE = 'recent recommendations were higher than current one, applying the highest recent recommendation';

/** A verdict in a condition's words. */
export interface Word {
  readonly reason: string;
  readonly message: string;
}

export interface Normalised {
  readonly replicas: number;
  /** AbleToScale, which is True. */
  readonly able: Word;
  /** ScalingLimited, which is True when `isLimited`. */
  readonly limited: Word;
  readonly isLimited: boolean;
}

export interface NormaliseInput {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly behavior:
    { readonly scaleUp?: HPAScalingRules | undefined; readonly scaleDown?: HPAScalingRules | undefined } | undefined;
  /** `--horizontal-pod-autoscaler-downscale-stabilization`, microseconds. */
  readonly downscaleStabilization: number;
  readonly now: number;
}

/**
 * What becomes of a proposal (kubernetes-behaviour.md 3.7): first it is held against the proposals of the last while, then
 * against the limits. The proposal itself goes into the history.
 */
export function normalise(input: NormaliseInput, history: ReplicaHistory): Normalised {
  const { desiredReplicas, currentReplicas, behavior } = input;
  const stable = behavior === undefined ? highestOfLate(input, history) : stabilised(input, history);
  const rises = behavior !== undefined && desiredReplicas >= currentReplicas;
  const able =
    stable === desiredReplicas
      ? { reason: 'ReadyForNewScale', message: READY }
      : rises
        ? { reason: 'ScaleUpStabilized', message: LOWER_BEFORE }
        : { reason: 'ScaleDownStabilized', message: HIGHER_BEFORE };
  const limited = behavior === undefined ? withinBounds(input, stable) : withinRates(input, stable, history);
  return { ...limited, able, isLimited: limited.replicas !== stable };
}

type Limited = Omit<Normalised, 'able' | 'isLimited'>;

function highestOfLate(
  { desiredReplicas, downscaleStabilization, now }: NormaliseInput,
  history: ReplicaHistory,
): number {
  const cutoff = now - downscaleStabilization;
  let highest = desiredReplicas;
  for (const { value, at } of history.recommendations) if (at >= cutoff && value > highest) highest = value;
  remember(history.recommendations, { value: desiredReplicas, at: now }, ({ at }) => at < cutoff);
  return highest;
}

/** No higher than the lowest proposal of the upward window, no lower than the highest of the downward one. */
function stabilised(input: NormaliseInput, history: ReplicaHistory): number {
  const { desiredReplicas, currentReplicas, behavior, now } = input;
  const window = (rules: HPAScalingRules | undefined, fallback: number): number =>
    rules?.stabilizationWindowSeconds === undefined ? fallback : rules.stabilizationWindowSeconds * MICROS_PER_SECOND;
  const upCutoff = now - window(behavior?.scaleUp, 0);
  const downCutoff = now - window(behavior?.scaleDown, input.downscaleStabilization);
  let up = desiredReplicas;
  let down = desiredReplicas;
  for (const { value, at } of history.recommendations) {
    if (at > upCutoff) up = Math.min(value, up);
    if (at > downCutoff) down = Math.max(value, down);
  }
  remember(history.recommendations, { value: desiredReplicas, at: now }, ({ at }) => at < upCutoff && at < downCutoff);
  return Math.min(Math.max(currentReplicas, up), down);
}

/** Without rules: not more than double, or four. */
function withinBounds({ currentReplicas, minReplicas, maxReplicas }: NormaliseInput, desired: number): Limited {
  if (desired < minReplicas) return { replicas: minReplicas, limited: { reason: 'TooFewReplicas', message: TOO_FEW } };
  const rate = Math.max(2 * currentReplicas, 4);
  if (desired > Math.min(maxReplicas, rate)) {
    return maxReplicas > rate
      ? { replicas: rate, limited: { reason: 'ScaleUpLimit', message: TOO_FAST_UP } }
      : { replicas: maxReplicas, limited: { reason: 'TooManyReplicas', message: TOO_MANY } };
  }
  return { replicas: desired, limited: { reason: 'DesiredWithinRange', message: WITHIN_RANGE } };
}

function withinRates(input: NormaliseInput, desired: number, history: ReplicaHistory): Limited {
  const { currentReplicas, minReplicas, maxReplicas, behavior, now } = input;
  if (desired > currentReplicas) {
    const rate = Math.max(currentReplicas, highestAllowed(currentReplicas, behavior?.scaleUp, history, now));
    if (desired > Math.min(maxReplicas, rate)) {
      return maxReplicas > rate
        ? { replicas: rate, limited: { reason: 'ScaleUpLimit', message: TOO_FAST_UP } }
        : { replicas: maxReplicas, limited: { reason: 'TooManyReplicas', message: TOO_MANY } };
    }
  } else if (desired < currentReplicas) {
    const rate = Math.min(currentReplicas, lowestAllowed(currentReplicas, behavior?.scaleDown, history, now));
    if (desired < Math.max(minReplicas, rate)) {
      return minReplicas < rate
        ? { replicas: rate, limited: { reason: 'ScaleDownLimit', message: TOO_FAST_DOWN } }
        : { replicas: minReplicas, limited: { reason: 'TooFewReplicas', message: TOO_FEW } };
    }
  }
  return { replicas: desired, limited: { reason: 'DesiredWithinRange', message: WITHIN_RANGE } };
}

function highestAllowed(
  current: number,
  rules: HPAScalingRules | undefined,
  history: ReplicaHistory,
  now: number,
): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const limits = (rules?.policies ?? []).map((policy) => {
    const start = replicasAtStart(current, policy, history, now);
    // Rounded up, since otherwise few replicas would never grow.
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

function lowestAllowed(
  current: number,
  rules: HPAScalingRules | undefined,
  history: ReplicaHistory,
  now: number,
): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const limits = (rules?.policies ?? []).map((policy) => {
    const start = replicasAtStart(current, policy, history, now);
    return policy.type === 'Pods' ? start - policy.value : Math.trunc(start * (1 - policy.value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
}

/** How many replicas there were when the period of a policy began. */
function replicasAtStart(current: number, policy: HPAScalingPolicy, history: ReplicaHistory, now: number): number {
  const period = policy.periodSeconds * MICROS_PER_SECOND;
  return current - changeWithin(history.scaleUps, period, now) + changeWithin(history.scaleDowns, period, now);
}

/** Notes that the replicas were changed, where there are rules that will want to know. */
export function rememberScaling(
  behavior: NormaliseInput['behavior'],
  before: number,
  after: number,
  history: ReplicaHistory,
  now: number,
): void {
  if (behavior === undefined || before === after) return;
  const rises = after > before;
  const policies = (rises ? behavior.scaleUp : behavior.scaleDown)?.policies ?? [];
  const longest = Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds)) * MICROS_PER_SECOND;
  const note = { value: Math.abs(after - before), at: now };
  remember(rises ? history.scaleUps : history.scaleDowns, note, ({ at }) => at < now - longest);
}
