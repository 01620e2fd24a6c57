import type { MetricsQuery, MetricsSource } from '../../api/metrics.ts';
import type { Response } from '../../api/request.ts';
import { refuse } from './outcome.ts';

/** GET of a metrics API: the API server passes it on to whoever serves it. */
export function readMetrics(source: MetricsSource | undefined, query: MetricsQuery): Response {
  if (source === undefined) {
    const asked = query.api === 'resource' ? ' (get pods.metrics.k8s.io)' : '';
    return refuse('NotFound', `the server could not find the requested resource${asked}`).response;
  }
  const answer = source.answer(query);
  return typeof answer === 'string'
    ? refuse('NotFound', answer).response
    : { ok: true, object: undefined, metrics: answer };
}
