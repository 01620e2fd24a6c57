import type { Kind } from './kinds.ts';
import type { Request } from './request.ts';

/** The kind a request is about; undefined for the metrics APIs, which others answer, behind the API server. */
export function kindOf(request: Request): Kind | undefined {
  switch (request.verb) {
    case 'create':
    case 'update':
      return request.object.kind;
    case 'bind':
    case 'evict':
      return 'Pod';
    case 'get-metrics':
      return undefined;
    default:
      return request.kind;
  }
}
