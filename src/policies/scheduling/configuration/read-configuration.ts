import type { Report } from '../../../sim/api/problem.ts';
import { IN_TREE_PLUGINS } from '../registry.ts';
import { defaultArgs } from './args.ts';
import { DEFAULT_SCHEDULER_NAME, type ProfileConfiguration, type SchedulerConfiguration } from './configuration.ts';
import { DEFAULT_PLUGINS } from './default-plugins.ts';
import { readExtenders, type Extenders } from './extenders.ts';
import { mergePlugins } from './merge-plugins.ts';
import { mistakeOf } from './profile-mistake.ts';
import { NO_PROFILE, percentageOfNodes, profilesReader, type RawProfile } from './read-profile.ts';
import {
  below,
  boolean,
  checked,
  decimal,
  durationText,
  integer,
  integerWhere,
  invalid,
  object,
  oneOf,
  problem,
  text,
  type Place,
  type Reader,
} from './reading.ts';
import type { NodeResourcesFitArgs } from './resource-args.ts';

const API_VERSION = 'kubescheduler.config.k8s.io/v1';

interface RawLeaderElection {
  readonly leaderElect?: boolean;
  readonly leaseDuration?: string;
  readonly renewDeadline?: string;
  readonly retryPeriod?: string;
  readonly resourceLock?: string;
  readonly resourceName?: string;
  readonly resourceNamespace?: string;
}

interface RawClientConnection {
  readonly kubeconfig?: string;
  readonly acceptContentTypes?: string;
  readonly contentType?: string;
  readonly qps?: number;
  readonly burst?: number;
}

interface RawConfiguration {
  readonly apiVersion: string;
  readonly kind: string;
  readonly parallelism: number;
  readonly leaderElection?: RawLeaderElection;
  readonly clientConnection?: RawClientConnection;
  readonly enableProfiling?: boolean;
  readonly enableContentionProfiling?: boolean;
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly profiles: readonly RawProfile[];
  readonly extenders: Extenders;
  readonly delayCacheUntilActive?: boolean;
}

const leaderElection = object<RawLeaderElection>({
  leaderElect: { read: boolean },
  leaseDuration: { read: durationText },
  renewDeadline: { read: durationText },
  retryPeriod: { read: durationText },
  resourceLock: { read: oneOf('leases') },
  resourceName: { read: text },
  resourceNamespace: { read: text },
});

const clientConnection = object<RawClientConnection>({
  kubeconfig: { read: text },
  acceptContentTypes: { read: text },
  contentType: { read: text },
  qps: { read: decimal },
  burst: { read: integerWhere((value) => value >= 0, 'must be non-negative') },
});

function configurationReader(known: ReadonlySet<string>): Reader<RawConfiguration> {
  const fields = object<RawConfiguration>({
    apiVersion: { read: oneOf(API_VERSION), required: true },
    kind: { read: oneOf('KubeSchedulerConfiguration'), required: true },
    parallelism: {
      read: integerWhere((value) => value > 0, 'should be an integer value greater than zero'),
      otherwise: 16,
      notSimulated: 'nodes are filtered one after the other, as with parallelism 1',
    },
    leaderElection: { read: leaderElection, notSimulated: 'there is one scheduler and it leads' },
    clientConnection: { read: clientConnection },
    enableProfiling: { read: boolean },
    enableContentionProfiling: { read: boolean },
    percentageOfNodesToScore: { read: percentageOfNodes, otherwise: 0 },
    podInitialBackoffSeconds: { read: integerWhere((value) => value > 0, 'must be greater than 0'), otherwise: 1 },
    podMaxBackoffSeconds: { read: integer, otherwise: 10 },
    profiles: { read: profilesReader(known), otherwise: [] },
    extenders: { read: readExtenders, otherwise: { ignoredResources: [] } },
    delayCacheUntilActive: { read: boolean },
  });
  return checked(fields, ({ podInitialBackoffSeconds, podMaxBackoffSeconds }, at) => {
    if (podMaxBackoffSeconds >= podInitialBackoffSeconds) return true;
    const message = 'must be greater than or equal to PodInitialBackoffSeconds';
    invalid(below(at, 'podMaxBackoffSeconds'), podMaxBackoffSeconds, message);
    return false;
  });
}

export interface ReadConfigurationOptions {
  /** Names of plugins besides the in-tree ones: those of the user's own modules. */
  readonly ownPlugins?: Iterable<string>;
  /** Where the configuration stands in what the reporter knows; absent: at its root. */
  readonly path?: readonly (string | number)[];
}

/**
 * Reads a KubeSchedulerConfiguration v1 from plain data as strictly as kube-scheduler does: unknown members, wrong types
 * and invalid values are errors, all of them reported. What is valid but not simulated is a warning. `undefined` when
 * there was an error.
 */
export function readSchedulerConfiguration(
  raw: unknown,
  report: Report,
  options: ReadConfigurationOptions = {},
): SchedulerConfiguration | undefined {
  const known = new Set([...IN_TREE_PLUGINS.keys(), ...(options.ownPlugins ?? [])]);
  const at: Place = { path: options.path ?? [], report };
  const read = configurationReader(known)(raw, at);
  if (read === undefined) return undefined;
  const raws = read.profiles.length > 0 ? read.profiles : [NO_PROFILE];
  const profiles = raws.map((profile) => complete(profile, read.extenders, known));
  const wrong = profiles.map(mistakeOf);
  wrong.forEach((mistake, i) => {
    if (mistake === undefined) return;
    problem(below(at, 'profiles', i, 'plugins', ...mistake.path), 'invalid-profile', mistake.message);
  });
  if (wrong.some((mistake) => mistake !== undefined)) return undefined;
  return {
    parallelism: read.parallelism,
    percentageOfNodesToScore: read.percentageOfNodesToScore,
    podInitialBackoffSeconds: read.podInitialBackoffSeconds,
    podMaxBackoffSeconds: read.podMaxBackoffSeconds,
    clientConnection: clientConnectionOf(read.clientConnection),
    profiles,
  };
}

/** What kube-scheduler runs with when it is given no configuration at all. */
export function defaultSchedulerConfiguration(): SchedulerConfiguration {
  const raw = { apiVersion: API_VERSION, kind: 'KubeSchedulerConfiguration' };
  return readSchedulerConfiguration(raw, () => {})!;
}

/** Zero stands for the default, as in kube-scheduler; client-go takes a negative rate for none at all. */
function clientConnectionOf(raw: RawClientConnection | undefined): SchedulerConfiguration['clientConnection'] {
  if (raw?.qps === undefined && raw?.burst === undefined) return undefined;
  if ((raw.qps ?? 0) < 0) return 'unlimited';
  return { qps: raw.qps || 50, burst: raw.burst || 100 };
}

function complete(raw: RawProfile, extenders: Extenders, known: ReadonlySet<string>): ProfileConfiguration {
  const args = new Map<string, unknown>();
  for (const name of known) args.set(name, raw.pluginConfig.has(name) ? raw.pluginConfig.get(name) : defaultArgs(name));
  if (extenders.ignoredResources.length > 0) {
    const fit = args.get('NodeResourcesFit') as NodeResourcesFitArgs;
    args.set('NodeResourcesFit', { ...fit, ignoredResources: extenders.ignoredResources });
  }
  return {
    schedulerName: raw.schedulerName ?? DEFAULT_SCHEDULER_NAME,
    percentageOfNodesToScore: raw.percentageOfNodesToScore,
    plugins: mergePlugins(DEFAULT_PLUGINS, raw.plugins),
    args,
  };
}
