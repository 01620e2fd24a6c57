import { DEFAULT_PARAMETERS } from '../sim/default-parameters.ts';
import type { Parameters, RateLimit } from '../sim/scenario/parameters.ts';
import type { ScenarioDocument } from './schema.ts';

type Cluster = ScenarioDocument['spec']['cluster'];
type WrittenLimit = NonNullable<NonNullable<Cluster['clientLimits']>['scheduler']>;

/** The defaults with what the scenario sets in their place. */
export function mergeParameters(written: Cluster['parameters'], limits: Cluster['clientLimits']): Parameters {
  const defaults = DEFAULT_PARAMETERS;
  return {
    network: merge(defaults.network, written?.network),
    apiServer: merge(defaults.apiServer, written?.apiServer),
    etcd: merge(defaults.etcd, written?.etcd),
    watch: merge(defaults.watch, written?.watch),
    controllerManager: {
      ...merge(defaults.controllerManager, written?.controllerManager),
      client: limit(defaults.controllerManager.client, limits?.controllerManager),
    },
    scheduler: {
      ...merge(defaults.scheduler, written?.scheduler),
      client: limit(defaults.scheduler.client, limits?.scheduler),
    },
    kubelet: { ...merge(defaults.kubelet, written?.kubelet), client: limit(defaults.kubelet.client, limits?.kubelet) },
    image: merge(defaults.image, written?.image),
    metricsServer: merge(defaults.metricsServer, written?.metricsServer),
    storage: merge(defaults.storage, written?.storage),
    cloud: merge(defaults.cloud, written?.cloud),
    events: written?.events ?? defaults.events,
    featureGates: merge(defaults.featureGates, written?.featureGates),
  };
}

/** Members of `written` that are there win. */
function merge<T extends object>(defaults: T, written: { readonly [K in keyof T]?: T[K] | undefined } | undefined): T {
  const merged = { ...defaults };
  for (const name of Object.keys(written ?? {}) as (keyof T)[]) {
    const value = written?.[name];
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function limit(standard: RateLimit | undefined, written: WrittenLimit | undefined): RateLimit | undefined {
  if (written === undefined) return standard;
  return written === 'unlimited' ? undefined : written;
}
