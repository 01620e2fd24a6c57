import { factsOf, KINDS, type BuiltInKind, type Kind } from '../sim/api/kinds.ts';
import type { CustomResources } from './custom-resources.ts';
import { nearest } from '../sim/api/decode/nearest.ts';

const SHORT_NAMES: { readonly [K in Kind]?: string } = {
  Namespace: 'ns',
  Node: 'no',
  PriorityClass: 'pc',
  ConfigMap: 'cm',
  ServiceAccount: 'sa',
  PersistentVolume: 'pv',
  PersistentVolumeClaim: 'pvc',
  StorageClass: 'sc',
  PodDisruptionBudget: 'pdb',
  Service: 'svc',
  Deployment: 'deploy',
  ReplicaSet: 'rs',
  ReplicationController: 'rc',
  StatefulSet: 'sts',
  DaemonSet: 'ds',
  Pod: 'po',
  Event: 'ev',
  Endpoints: 'ep',
  HorizontalPodAutoscaler: 'hpa',
  CronJob: 'cj',
  LimitRange: 'limits',
  ResourceQuota: 'quota',
};

/** Every name kubectl takes for a kind: singular, plural and short, in lower case. */
const BY_NAME: ReadonlyMap<string, Kind> = new Map(
  (Object.keys(KINDS) as BuiltInKind[]).flatMap((kind) => {
    const { plural } = factsOf(kind);
    const short = SHORT_NAMES[kind];
    return [kind.toLowerCase(), plural, ...(short === undefined ? [] : [short])].map((name) => [name, kind] as const);
  }),
);

/** What names stand for in one scenario. */
export type KindNames = (name: string) => Kind | undefined;

/** The names of a scenario with custom resources: `website`, `websites`, or with the group behind. */
export function kindNamesWith(customResources: CustomResources): KindNames {
  const names = new Map<string, Kind>();
  for (const { kind, facts } of customResources.values()) {
    const dot = kind.indexOf('.');
    for (const name of [kind.slice(0, dot), facts.plural]) {
      names.set(name.toLowerCase(), kind);
      names.set((name + kind.slice(dot)).toLowerCase(), kind);
    }
  }
  return (name) =>
    (name.includes('.') ? names.get(name.toLowerCase()) : undefined) ??
    kindNamed(name) ??
    names.get(name.toLowerCase());
}

/** The kind that kubectl means by `deploy`, `deployments`, `Deployment` or `deployment.apps`. */
export function kindNamed(name: string): Kind | undefined {
  const [first = ''] = name.toLowerCase().split('.');
  return BY_NAME.get(first);
}

/** The name of a kind that a misspelt one likely stands for. */
export function nearestKindName(name: string): string | undefined {
  return nearest(
    name.toLowerCase(),
    [...BY_NAME.keys()].filter((each) => each.length > 3),
  );
}
