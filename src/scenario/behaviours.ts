import type { LabelSelector } from '../sim/api/meta.ts';
import { milliValue } from '../sim/api/quantity.ts';
import type { BehaviourSpec } from '../sim/scenario/behaviour.ts';
import type { UsageCurve, UsageSpec } from '../sim/scenario/metrics.ts';
import type { ScenarioDocument } from './schema.ts';

type WrittenBehaviour = ScenarioDocument['spec']['behaviour'][number];

/** One entry of `behaviour` in the words of the simulation. */
export function behaviourOf(written: WrittenBehaviour): BehaviourSpec {
  const failures = written.pull?.failures ?? 0;
  return {
    selector: labelSelector(written.selector),
    container: written.container,
    startMicros: written.start?.after,
    readyAfter: written.ready?.after,
    exitAfter: written.exit?.after,
    exitCode: written.exit?.code ?? 0,
    exits: written.exit?.times,
    stopAfter: written.stop?.after,
    pullFailures: failures === 'always' ? Infinity : failures,
    ...(written.usage === undefined ? {} : { usage: usageOf(written.usage) }),
  };
}

type WrittenUsage = NonNullable<WrittenBehaviour['usage']>;

function usageOf({ each, shared }: WrittenUsage): UsageSpec {
  return { each: curvesOf(each), shared: curvesOf(shared) };
}

function curvesOf(written: WrittenUsage['each']): Readonly<Record<string, UsageCurve>> {
  return Object.fromEntries(Object.entries(written).map(([name, curve]) => [name, curveOf(curve)]));
}

function curveOf(written: WrittenUsage['each'][string]): UsageCurve {
  if (typeof written === 'string') return { points: [{ atMicros: 0, milli: milliValue(written) }] };
  return { points: written.map(({ at, is }) => ({ atMicros: at, milli: milliValue(is) })) };
}

/** Plain labels are a selector that wants all of them. */
function labelSelector(written: WrittenBehaviour['selector']): LabelSelector {
  const { matchLabels, matchExpressions } = written as Extract<WrittenBehaviour['selector'], LabelSelector>;
  if (typeof matchLabels === 'string' || typeof matchExpressions === 'string')
    return { matchLabels: written as Record<string, string> };
  if (matchLabels === undefined && matchExpressions === undefined)
    return { matchLabels: written as Record<string, string> };
  return {
    ...(matchLabels === undefined ? {} : { matchLabels }),
    ...(matchExpressions === undefined
      ? {}
      : {
          matchExpressions: matchExpressions.map(({ key, operator, values }) =>
            values === undefined ? { key, operator } : { key, operator, values },
          ),
        }),
  };
}
