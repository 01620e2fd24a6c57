type Data = Readonly<Record<string, unknown>>;

/** Lists that merge by a key of their items, by the member's name: the patchMergeKey of Kubernetes' types. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  containerPorts: 'containerPort',
  taints: 'key',
  conditions: 'type',
  ownerReferences: 'uid',
  imagePullSecrets: 'name',
  schedulingGates: 'name',
};
const MERGED_SETS: ReadonlySet<string> = new Set(['finalizers']);

/** A strategic merge patch applied to plain JSON: maps merge, lists of things with a key merge by it. */
export function strategicMerge(target: unknown, patch: unknown, member = ''): unknown {
  if (Array.isArray(patch)) return mergeLists(Array.isArray(target) ? target : [], patch, member);
  if (!isMap(patch)) return patch;
  if (patch['$patch'] === 'replace') {
    const { $patch, ...rest } = patch;
    void $patch;
    return rest;
  }
  const result: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = strategicMerge(result[key], value, key);
  }
  return result;
}

function mergeLists(target: readonly unknown[], patch: readonly unknown[], member: string): unknown {
  if (MERGED_SETS.has(member)) return [...new Set([...target, ...patch])];
  const key = MERGE_KEYS[member];
  if (key === undefined) return patch;
  const result = [...target];
  for (const item of patch as readonly Data[]) {
    const at = result.findIndex((one) => (one as Data)[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at < 0) result.push(item);
    else result[at] = strategicMerge(result[at], item);
  }
  return result;
}

function isMap(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
