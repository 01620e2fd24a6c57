/** Who sends a request, as authentication says. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What a flow schema looks at. */
export interface FlowAttributes {
  readonly user: User;
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  readonly resource: string;
  readonly subresource: string;
  /** Empty: of the cluster. */
  readonly namespace: string;
  /** Requests for /healthz, /livez and /readyz. */
  readonly isProbe?: boolean;
}

/** A FlowSchema: which requests belong to which level, and what tells its flows apart. */
export interface FlowSchema {
  readonly name: string;
  readonly level: string;
  /** Absent: all its requests are one flow. */
  readonly distinguisher?: 'user' | 'namespace';
  matches(request: FlowAttributes): boolean;
}

const NODES = 'system:nodes';
const SERVICE_ACCOUNTS = 'system:serviceaccounts';
const LEASE_VERBS: ReadonlySet<string> = new Set(['get', 'create', 'update']);
const NODE_RESOURCES: ReadonlySet<string> = new Set(['nodes', 'nodes/status', 'leases']);

function isOf(group: string, { user }: FlowAttributes): boolean {
  return user.groups.includes(group);
}

function isLeaderElection(request: FlowAttributes): boolean {
  const { user, resource, namespace, verb } = request;
  if (resource !== 'leases' || namespace !== 'kube-system' || !LEASE_VERBS.has(verb)) return false;
  return (
    user.name === 'system:kube-controller-manager' ||
    user.name === 'system:kube-scheduler' ||
    isOf(`${SERVICE_ACCOUNTS}:kube-system`, request)
  );
}

function isNodeHigh(request: FlowAttributes): boolean {
  const { resource, subresource } = request;
  return isOf(NODES, request) && NODE_RESOURCES.has(subresource === '' ? resource : `${resource}/${subresource}`);
}

/** What every cluster begins with, by precedence: the first that matches takes the request. */
export const DEFAULT_FLOW_SCHEMAS: readonly FlowSchema[] = [
  { name: 'exempt', level: 'exempt', matches: (request) => isOf('system:masters', request) },
  { name: 'probes', level: 'exempt', matches: ({ isProbe }) => isProbe === true },
  { name: 'system-leader-election', level: 'leader-election', distinguisher: 'user', matches: isLeaderElection },
  { name: 'system-node-high', level: 'node-high', distinguisher: 'user', matches: isNodeHigh },
  { name: 'system-nodes', level: 'system', distinguisher: 'user', matches: (request) => isOf(NODES, request) },
  {
    name: 'kube-controller-manager',
    level: 'workload-high',
    distinguisher: 'namespace',
    matches: ({ user }) => user.name === 'system:kube-controller-manager',
  },
  {
    name: 'kube-scheduler',
    level: 'workload-high',
    distinguisher: 'namespace',
    matches: ({ user }) => user.name === 'system:kube-scheduler',
  },
  {
    name: 'kube-system-service-accounts',
    level: 'workload-high',
    distinguisher: 'namespace',
    matches: (request) => isOf(`${SERVICE_ACCOUNTS}:kube-system`, request),
  },
  {
    name: 'service-accounts',
    level: 'workload-low',
    distinguisher: 'user',
    matches: (request) => isOf(SERVICE_ACCOUNTS, request),
  },
  {
    name: 'global-default',
    level: 'global-default',
    distinguisher: 'user',
    matches: (request) => isOf('system:authenticated', request) || isOf('system:unauthenticated', request),
  },
];

const CATCH_ALL: FlowSchema = { name: 'catch-all', level: 'catch-all', distinguisher: 'user', matches: () => true };

/** To which level a request belongs, and to which flow of it. */
export interface Flow {
  readonly schema: string;
  readonly level: string;
  /** Requests of one schema with the same are one flow. */
  readonly distinguisher: string;
}

export function flowOf(request: FlowAttributes, schemas: readonly FlowSchema[] = DEFAULT_FLOW_SCHEMAS): Flow {
  const schema = schemas.find((one) => one.matches(request)) ?? CATCH_ALL;
  const { name, level, distinguisher } = schema;
  return {
    schema: name,
    level,
    distinguisher:
      distinguisher === 'user' ? request.user.name : distinguisher === 'namespace' ? request.namespace : '',
  };
}
