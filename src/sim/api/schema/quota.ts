import { METADATA, NONE, RESOURCE_LIST } from './meta.ts';
import { always, list, oneOf, pointer, required, server, shown, table, text, type Data } from './type.ts';

const EMPTY = Object.freeze({});

const SCOPE = oneOf(
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
);

export const RESOURCE_QUOTA = table('ResourceQuota', {
  metadata: METADATA,
  spec: always(
    table('ResourceQuotaSpec', {
      hard: RESOURCE_LIST,
      scopes: list(SCOPE),
      scopeSelector: pointer(
        table(
          'ScopeSelector',
          {
            matchExpressions: list(
              table('ScopedResourceSelectorRequirement', {
                scopeName: required(SCOPE),
                operator: required(oneOf('DoesNotExist', 'Exists', 'In', 'NotIn')),
                values: list(text),
              }),
            ),
          },
          { atomic: true },
        ),
      ),
    }),
    EMPTY,
  ),
  status: server(always(table('ResourceQuotaStatus', { hard: RESOURCE_LIST, used: RESOURCE_LIST }), EMPTY)),
});

/** For containers: the default limit is the most there may be, the default request the default limit or the least. */
function withItemDefaults(item: Data): Data {
  if (item['type'] !== 'Container') return item;
  const listOf = (name: string): Data => (item[name] ?? EMPTY) as Data;
  const limits = { ...listOf('max'), ...listOf('default') };
  const requests = { ...listOf('min'), ...limits, ...listOf('defaultRequest') };
  const missing = (given: Data, all: Data): boolean => Object.keys(all).some((name) => given[name] === undefined);
  if (!missing(listOf('default'), limits) && !missing(listOf('defaultRequest'), requests)) return item;
  return { ...item, default: limits, defaultRequest: requests };
}

export const LIMIT_RANGE = table('LimitRange', {
  metadata: METADATA,
  spec: always(
    table('LimitRangeSpec', {
      limits: shown(
        always(
          list(
            table(
              'LimitRangeItem',
              {
                type: required(oneOf('Container', 'PersistentVolumeClaim', 'Pod')),
                max: RESOURCE_LIST,
                min: RESOURCE_LIST,
                default: RESOURCE_LIST,
                defaultRequest: RESOURCE_LIST,
                maxLimitRequestRatio: RESOURCE_LIST,
              },
              { complete: withItemDefaults },
            ),
          ),
          NONE,
        ),
      ),
    }),
    Object.freeze({ limits: NONE }),
  ),
});
