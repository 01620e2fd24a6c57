import type { ResourceQuota } from '../quota.ts';
import type { Checker } from './checker.ts';

type Spec = ResourceQuota['spec'];

const PODS = new Set(['pods']);
const PODS_AND_COMPUTE = new Set([
  'pods',
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
]);

/** What a quota may count beside objects of any kind (`count/…`) and extended resources, which go with every scope. */
const STANDARD = new Set([
  ...PODS_AND_COMPUTE,
  'ephemeral-storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
  'requests.storage',
  'resourcequotas',
  'services',
  'services.nodeports',
  'services.loadbalancers',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
]);

const CONFLICTING = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

/** Scopes are of pods: they go with amounts of pods only, and must not exclude each other. */
export function checkScopes(spec: Spec, at: Checker): void {
  const { scopes = [], scopeSelector } = spec;
  for (const scope of scopes) checkApplies(scope, spec, scopes, at.at('scopes'));
  checkConflicts(scopes, scopes, at.at('scopes'));
  if (scopeSelector === undefined) return;
  const { matchExpressions = [] } = scopeSelector;
  const here = at.at('scopeSelector', 'matchExpressions');
  for (const { scopeName, operator, values = [] } of matchExpressions) {
    checkApplies(scopeName, spec, scopeSelector, here);
    if (scopeName !== 'PriorityClass' && operator !== 'Exists') {
      here
        .at('operator')
        .invalid(
          operator,
          "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
        );
    }
    const isList = operator === 'In' || operator === 'NotIn';
    if (isList && values.length === 0) {
      here.at('values').required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    }
    if (!isList && values.length > 0) {
      here
        .at('values')
        .invalid(values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    }
  }
  const names = matchExpressions.map(({ scopeName }) => scopeName);
  checkConflicts(names, scopes, here);
}

function checkApplies(scope: string, { hard = {} }: Spec, shown: unknown, at: Checker): void {
  const covered = scope === 'BestEffort' ? PODS : PODS_AND_COMPUTE;
  for (const name of Object.keys(hard)) {
    const isStandard = STANDARD.has(name) || name.startsWith('requests.hugepages-');
    if (isStandard && !covered.has(name)) at.invalid(shown, 'unsupported scope applied to resource');
  }
}

function checkConflicts(names: readonly string[], shown: unknown, at: Checker): void {
  for (const [one, other] of CONFLICTING) {
    if (names.includes(one) && names.includes(other)) at.invalid(shown, 'conflicting scopes');
  }
}
