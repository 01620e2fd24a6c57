import { nearest } from '../../../sim/api/decode/nearest.ts';
import { IN_TREE_PLUGINS } from '../registry.ts';
import { readArgs, takesArgs } from './args.ts';
import { EXTENSION_POINTS, type PluginReference, type PluginSet, type PluginSets } from './configuration.ts';
import {
  anything,
  below,
  checked,
  duplicate,
  integerWhere,
  invalid,
  list,
  object,
  problem,
  text,
  type Place,
  type Reader,
} from './reading.ts';

/** Of earlier releases. */
const REMOVED_PLUGINS: readonly string[] = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits'];

/** In v1.36 behind alpha feature gates that are off: named in vain. */
const GATED_PLUGINS: readonly string[] = ['GangScheduling', 'PodGroupPodsCount', 'TopologyPlacementGenerator'];
const GATED = 'accepted, not simulated: behind an alpha feature gate that is off';

/** A profile as written, each part checked by itself. */
export interface RawProfile {
  readonly schedulerName?: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins: Partial<PluginSets>;
  /** Arguments by plugin name, completed; only for the plugins that are named. */
  readonly pluginConfig: ReadonlyMap<string, unknown>;
}

export const NO_PROFILE: RawProfile = { plugins: {}, pluginConfig: new Map() };

export const percentageOfNodes = integerWhere((value) => value >= 0 && value <= 100, 'not in valid range [0-100]');

/** `known`: the names of all plugins there are. */
export function profilesReader(known: ReadonlySet<string>): Reader<readonly RawProfile[]> {
  const profile = object<RawProfile>({
    schedulerName: { read: text },
    percentageOfNodesToScore: { read: percentageOfNodes },
    plugins: { read: pluginSetsReader(known), otherwise: {} },
    pluginConfig: { read: pluginConfigReader(known), otherwise: NO_PROFILE.pluginConfig },
  });
  return checked(list(profile), checkProfiles);
}

/** What holds between profiles: names differ, and one queue serves all, so that it can be sorted in one way only. */
function checkProfiles(profiles: readonly RawProfile[], at: Place): boolean {
  let isFine = true;
  const names = new Set<string>();
  profiles.forEach(({ schedulerName, plugins }, i) => {
    const place = below(at, i, 'schedulerName');
    if (schedulerName === '' || (schedulerName === undefined && profiles.length > 1)) {
      isFine = problem(place, 'required', 'Required value') ?? false;
    } else if (schedulerName !== undefined) {
      if (names.has(schedulerName)) isFine = duplicate(place, schedulerName) ?? false;
      names.add(schedulerName);
    }
    const sort = JSON.stringify(plugins.queueSort ?? {});
    if (sort === JSON.stringify(profiles[0]!.plugins.queueSort ?? {})) return;
    isFine = invalid(below(at, i, 'plugins', 'queueSort'), sort, 'must be the same for all profiles') ?? false;
  });
  return isFine;
}

function pluginSetsReader(known: ReadonlySet<string>): Reader<Partial<PluginSets>> {
  const set = pluginSetReader(known);
  const gated = { read: set, notSimulated: 'behind an alpha feature gate that is off' };
  const fields: Record<string, { readonly read: Reader<PluginSet>; readonly notSimulated?: string }> = {
    placementGenerate: gated,
    placementScore: gated,
  };
  for (const point of ['multiPoint', ...EXTENSION_POINTS]) fields[point] = { read: set };
  return object<Record<string, PluginSet>>(fields) as Reader<Partial<PluginSets>>;
}

function pluginSetReader(known: ReadonlySet<string>): Reader<PluginSet> {
  const weight = {
    read: integerWhere((value) => value >= 0, 'total score of Score plugins could overflow'),
    otherwise: 0,
  };
  const enabled = object<PluginReference>({ name: { read: usableName(known), required: true }, weight });
  const disabled = object<PluginReference>({ name: { read: disabledName(known), required: true }, weight });
  const lists = object<{ readonly enabled: readonly PluginReference[]; readonly disabled: readonly PluginReference[] }>(
    {
      enabled: { read: list(enabled), otherwise: [] },
      disabled: { read: list(disabled), otherwise: [] },
    },
  );
  return (value, at) => {
    const set = lists(value, at);
    if (set === undefined) return undefined;
    return {
      enabled: set.enabled.filter(({ name }) => !GATED_PLUGINS.includes(name)),
      disabled: set.disabled.map(({ name }) => name),
    };
  };
}

function usableName(known: ReadonlySet<string>): Reader<string> {
  return checked(text, (name, at) => {
    if (GATED_PLUGINS.includes(name)) warn(at, 'field-not-simulated', GATED);
    else if (!known.has(name)) return isRemoved(name, at) && complainAbout(name, known, at);
    return true;
  });
}

function isRemoved(name: string, at: Place): boolean {
  if (!REMOVED_PLUGINS.includes(name)) return true;
  invalid(at, name, 'was invalid in version "v1"');
  return false;
}

function complainAbout(name: string, known: ReadonlySet<string>, at: Place): false {
  const suggestion = nearest(name, known);
  const message = `plugin ${JSON.stringify(name)} does not exist; there are: ${[...known].sort().join(', ')}`;
  problem(at, 'unknown-plugin', message, suggestion === undefined ? {} : { suggestion });
  return false;
}

function disabledName(known: ReadonlySet<string>): Reader<string> {
  return checked(text, (name, at) => {
    if (name !== '*' && !known.has(name) && !GATED_PLUGINS.includes(name)) {
      const message = `no plugin is called ${JSON.stringify(name)}: disabling it does nothing`;
      warn(at, 'unknown-plugin', message, nearest(name, known));
    }
    return true;
  });
}

function warn(at: Place, code: string, message: string, suggestion?: string): void {
  const more = suggestion === undefined ? {} : { suggestion };
  at.report({ path: at.path, severity: 'warning', code, message, ...more });
}

function pluginConfigReader(known: ReadonlySet<string>): Reader<ReadonlyMap<string, unknown>> {
  interface Entry {
    readonly name: string;
    readonly args?: unknown;
  }
  const entry = object<Entry>({ name: { read: text, required: true }, args: { read: anything } });
  const completed: Reader<Entry> = (value, at) => {
    const found = entry(value, at);
    if (found === undefined) return undefined;
    const { name, args } = found;
    if (!takesArgs(name)) {
      if (!isRemoved(name, at)) return undefined;
      if (!known.has(name)) {
        const message = `no plugin is called ${JSON.stringify(name)}: these arguments do nothing`;
        warn(below(at, 'name'), 'unknown-plugin', message, nearest(name, known));
      } else if (IN_TREE_PLUGINS.has(name) && args !== undefined) {
        warn(below(at, 'args'), 'field-not-simulated', `${name} takes no arguments: these do nothing`);
      }
      return found;
    }
    const read = readArgs(name, args ?? {}, below(at, 'args'));
    return read === undefined ? undefined : { name, args: read };
  };
  return (value, at) => {
    const entries = list(completed)(value, at);
    if (entries === undefined) return undefined;
    const byName = new Map<string, unknown>();
    let isFine = true;
    entries.forEach(({ name, args }, i) => {
      if (byName.has(name)) isFine = duplicate(below(at, i), name) ?? false;
      byName.set(name, args);
    });
    return isFine ? byName : undefined;
  };
}
