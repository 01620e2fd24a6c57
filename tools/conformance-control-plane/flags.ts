import { DEFAULT_PARAMETERS } from '../../src/sim/default-parameters.ts';
import type { Parameters } from '../../src/sim/scenario/parameters.ts';
import { NotReplayed } from './not-replayed.ts';
import { durationMicros } from './pod-annotations.ts';

/** What the flags of a recording come to. A new flag: a member here and a row below. */
export interface Settings {
  controllerManagerQps: number;
  controllerManagerBurst: number;
  schedulerQps: number;
  schedulerBurst: number;
  endpointSliceBatchMicros: number;
  /** A second profile of kube-scheduler, as the recordings' cluster had it. */
  binPackProfile: boolean;
  /** Feature gates that differ from their defaults. */
  featureGates: Record<string, boolean>;
  terminatedPodGcThreshold: number | undefined;
}

type Row = readonly [pattern: RegExp, apply: (settings: Settings, value: string) => void];

const NOTHING = (): undefined => undefined;

/** Every flag of the recordings, by component. */
const FLAGS: Readonly<Record<string, readonly Row[]>> = {
  'kube-apiserver': [
    [/^--etcd-compaction-interval=(.+)$/, NOTHING],
    [/^--feature-gates=(.+)$/, gates],
  ],
  'kube-controller-manager': [
    [/^--kube-api-qps=(.+)$/, (settings, value) => (settings.controllerManagerQps = Number(value))],
    [/^--kube-api-burst=(.+)$/, (settings, value) => (settings.controllerManagerBurst = Number(value))],
    [
      /^--endpointslice-updates-batch-period=(.+)$/,
      (settings, value) => (settings.endpointSliceBatchMicros = durationMicros(value)),
    ],
    [/^--terminated-pod-gc-threshold=(.+)$/, (settings, value) => (settings.terminatedPodGcThreshold = Number(value))],
    [/^--feature-gates=(.+)$/, gates],
    [/^--leader-elect-.+ \(default\)$/, NOTHING],
    [/^--controllers=(.+)$/, NOTHING],
  ],
  'kube-scheduler': [
    [/^clientConnection\.qps=(.+)$/, (settings, value) => (settings.schedulerQps = Number(value))],
    [/^clientConnection\.burst=(.+)$/, (settings, value) => (settings.schedulerBurst = Number(value))],
    [/^profiles: default-scheduler; bin-pack (.+)$/, (settings) => (settings.binPackProfile = true)],
    [/^--leader-elect-.+ \(default\)$/, NOTHING],
  ],
};

function gates(settings: Settings, value: string): void {
  for (const gate of value.split(',')) {
    const [name, on] = gate.split('=');
    settings.featureGates[name!] = on === 'true';
  }
}

/** The settings that flags stand for; those of an absent flag are the defaults of v1.36. */
export function settingsOf(flags: Readonly<Record<string, readonly string[]>> = {}): Settings {
  const { controllerManager, scheduler } = DEFAULT_PARAMETERS;
  const settings: Settings = {
    controllerManagerQps: controllerManager.client!.qps,
    controllerManagerBurst: controllerManager.client!.burst,
    schedulerQps: scheduler.client!.qps,
    schedulerBurst: scheduler.client!.burst,
    endpointSliceBatchMicros: controllerManager.endpointSliceBatchPeriod,
    binPackProfile: false,
    featureGates: {},
    terminatedPodGcThreshold: undefined,
  };
  for (const [component, given] of Object.entries(flags)) {
    for (const flag of given) {
      const row = FLAGS[component]?.find(([pattern]) => pattern.test(flag));
      if (row === undefined) throw new NotReplayed(`flag ${flag} of ${component}`);
      row[1](settings, row[0].exec(flag)![1] ?? '');
    }
  }
  return settings;
}

/**
 * What the hops take on the recordings' machine, of whose two cores everything had a share, with the flags' client
 * limits. Its README gives typical times: 2 to 10 ms a write, 20 to 100 ms from a pod's creation until it is bound.
 * Requests that follow each other were 4.1 ms apart. etcd did not sync its disk, so what a write took was spent on the
 * way: its answer and its watch event leave together and come at about the same time, the answer more often first.
 */
export function parametersOf(settings: Settings): Parameters {
  return {
    ...DEFAULT_PARAMETERS,
    featureGates: { ...DEFAULT_PARAMETERS.featureGates, ...settings.featureGates },
    network: { ...DEFAULT_PARAMETERS.network, clientToApiServer: { kind: 'uniform', min: 1_000, max: 4_000 } },
    apiServer: { ...DEFAULT_PARAMETERS.apiServer, write: { kind: 'lognormal', mean: 500, cv: 1 } },
    etcd: { ...DEFAULT_PARAMETERS.etcd, commit: { kind: 'lognormal', mean: 300, cv: 0.8 } },
    watch: { delivery: { kind: 'uniform', min: 1_000, max: 8_000 } },
    controllerManager: {
      ...DEFAULT_PARAMETERS.controllerManager,
      client: { qps: settings.controllerManagerQps, burst: settings.controllerManagerBurst },
      endpointSliceBatchPeriod: settings.endpointSliceBatchMicros,
    },
    scheduler: {
      ...DEFAULT_PARAMETERS.scheduler,
      cycle: { kind: 'lognormal', mean: 8_000, cv: 0.5 },
      client: { qps: settings.schedulerQps, burst: settings.schedulerBurst },
    },
    kubelet: { ...DEFAULT_PARAMETERS.kubelet, client: undefined },
  };
}
