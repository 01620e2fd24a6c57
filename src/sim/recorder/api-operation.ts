import type { Request } from '../api/request.ts';
import type { ObjectiveName } from './service-level.ts';

/** An operation as the API server's metrics label it, but for the resource. */
export interface Operation {
  readonly verb: string;
  readonly subresource: string;
  readonly scope: 'resource' | 'namespace' | 'cluster';
  readonly objective: ObjectiveName;
}

function write(verb: string, subresource = ''): Operation {
  return { verb, subresource, scope: 'resource', objective: 'mutating' };
}

function read(verb: string, scope: Operation['scope'], subresource = ''): Operation {
  return { verb, subresource, scope, objective: scope === 'resource' ? 'read-resource' : 'read-list' };
}

/** Every operation there is, by number. */
export const OPERATIONS = {
  post: write('POST'),
  postBinding: write('POST', 'binding'),
  postEviction: write('POST', 'eviction'),
  put: write('PUT'),
  putStatus: write('PUT', 'status'),
  putScale: write('PUT', 'scale'),
  patch: write('PATCH'),
  patchStatus: write('PATCH', 'status'),
  patchScale: write('PATCH', 'scale'),
  apply: write('APPLY'),
  applyStatus: write('APPLY', 'status'),
  applyScale: write('APPLY', 'scale'),
  delete: write('DELETE'),
  get: read('GET', 'resource'),
  getScale: read('GET', 'resource', 'scale'),
  listNamespace: read('LIST', 'namespace'),
  listCluster: read('LIST', 'cluster'),
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;

export function operationOf(request: Request): OperationName {
  switch (request.verb) {
    case 'patch-status':
      return 'patchStatus';
    case 'bind':
      return 'postBinding';
    case 'create':
      return 'post';
    case 'update':
      return request.subresource === 'status' ? 'putStatus' : 'put';
    case 'get':
      return request.subresource === 'scale' ? 'getScale' : 'get';
    case 'delete':
      return 'delete';
    case 'list':
      return request.namespace === undefined ? 'listCluster' : 'listNamespace';
    case 'patch':
      return patchOf(request);
    case 'evict':
      return 'postEviction';
    case 'update-scale':
      return 'putScale';
    case 'get-metrics':
      return 'listNamespace';
  }
}

function patchOf({ patchType, subresource }: Extract<Request, { readonly verb: 'patch' }>): OperationName {
  const applies = patchType === 'apply';
  if (subresource === 'status') return applies ? 'applyStatus' : 'patchStatus';
  if (subresource === 'scale') return applies ? 'applyScale' : 'patchScale';
  return applies ? 'apply' : 'patch';
}
