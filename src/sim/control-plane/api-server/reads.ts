import type { Request } from '../../api/request.ts';

/** Requests that commit nothing. */
export const READS: ReadonlySet<Request['verb']> = new Set(['get', 'get-metrics', 'list']);
