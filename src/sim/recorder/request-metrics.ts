import { factsOf, type Kind } from '../api/kinds.ts';
import type { Request, Response } from '../api/request.ts';
import { kindOf } from '../api/kind-of-request.ts';
import { operationOf, OPERATIONS, type Operation, type OperationName } from './api-operation.ts';
import { LogHistogram } from './log-histogram.ts';
import { PartSums, type RequestParts } from './request-parts.ts';
import { OBJECTIVES, ServiceLevel, type ObjectiveName } from './service-level.ts';

/** Requests of one operation on one resource that were answered with one code. */
interface Answered {
  readonly code: number;
  readonly micros: LogHistogram;
}

interface Operated {
  readonly resource: string;
  readonly operation: Operation;
  readonly level: ServiceLevel;
  /** What the objectives are about: waits for seats and webhooks do not count (kubernetes-behaviour.md 2.2). */
  readonly judged: LogHistogram;
  /** A handful: searched from the front, where the frequent ones stand. */
  readonly answered: Answered[];
  readonly sums: PartSums;
}

export type { ObjectiveName } from './service-level.ts';

/** What one objective came to, over all resources and verbs it is about. */
export interface ObjectiveResult {
  readonly name: ObjectiveName;
  readonly limitMicros: number;
  readonly requests: number;
  /** Over the whole run; undefined where there were no requests. */
  readonly p99Micros: number | undefined;
  /** Five minutes of one operation on one resource, each judged by itself. */
  readonly windows: number;
  readonly windowsBroken: number;
  /** The first in which it did not hold, and whose it was. */
  readonly brokenAt: number | undefined;
  readonly brokenBy: string;
}

/** Requests of the API server by what they were, how they were answered and how long that took. */
export class RequestMetrics {
  readonly #byKind = new Map<Kind | undefined, Partial<Record<OperationName, Operated>>>();

  /** @param tookMicros from its arrival at the server until it had its answer; `at`: when that was */
  answered(request: Request, response: Response, tookMicros: number, at: number, parts: RequestParts): void {
    const name = operationOf(request);
    this.add(kindOf(request), name, codeOf(request, response), tookMicros, at, parts);
  }

  add(
    kind: Kind | undefined,
    name: OperationName,
    code: number,
    tookMicros: number,
    at: number,
    parts: RequestParts,
  ): void {
    let operations = this.#byKind.get(kind);
    if (operations === undefined) this.#byKind.set(kind, (operations = {}));
    const operated = (operations[name] ??= newOperated(kind, OPERATIONS[name]));
    const judged = tookMicros - parts.queue - parts.webhooks;
    operated.level.add(judged, at);
    operated.judged.add(judged);
    operated.sums.add(parts);
    for (const one of operated.answered) {
      if (one.code === code) {
        one.micros.add(tookMicros);
        return;
      }
    }
    const micros = new LogHistogram();
    micros.add(tookMicros);
    operated.answered.push({ code, micros });
  }

  /** Every operation with its answers, in order of resource, verb, subresource, scope and code. */
  *rows(): Generator<Operation & Answered & { readonly resource: string }> {
    for (const { resource, operation, answered } of this.#sorted()) {
      for (const one of [...answered].sort((a, b) => a.code - b.code)) yield { ...operation, ...one, resource };
    }
  }

  /** Every operation with what its requests' time was made of, in the same order. */
  *operations(): Generator<Operation & { readonly resource: string; readonly sums: PartSums }> {
    for (const { resource, operation, sums } of this.#sorted()) yield { ...operation, resource, sums };
  }

  /** Closes the books. */
  objectives(): readonly ObjectiveResult[] {
    return OBJECTIVES.map(({ name, limitMicros }) => {
      const all = new LogHistogram();
      let windows = 0;
      let windowsBroken = 0;
      let first: Operated | undefined;
      for (const operated of this.#sorted()) {
        if (operated.operation.objective !== name) continue;
        const { level, judged } = operated;
        level.finish();
        windows += level.windows;
        windowsBroken += level.broken;
        if (level.broken > 0 && (first === undefined || level.firstBrokenAt < first.level.firstBrokenAt)) {
          first = operated;
        }
        all.merge(judged);
      }
      return {
        name,
        limitMicros,
        requests: all.count,
        p99Micros: all.quantile(99),
        windows,
        windowsBroken,
        brokenAt: first?.level.firstBrokenAt,
        brokenBy: first === undefined ? '' : nameOf(first),
      };
    });
  }

  #sorted(): Operated[] {
    const all = [...this.#byKind.values()].flatMap((operations) => Object.values(operations));
    return all
      .map((operated) => ({ operated, name: sortKey(operated) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ operated }) => operated);
  }
}

function newOperated(kind: Kind | undefined, operation: Operation): Operated {
  const { limitMicros } = OBJECTIVES.find(({ name }) => name === operation.objective)!;
  return {
    resource: kind === undefined ? 'metrics' : factsOf(kind).plural,
    operation,
    level: new ServiceLevel(limitMicros),
    judged: new LogHistogram(),
    answered: [],
    sums: new PartSums(),
  };
}

function codeOf(request: Request, response: Response): number {
  if (!response.ok) return response.code;
  const { verb } = request;
  return verb === 'create' || verb === 'bind' || verb === 'evict' || response.created === true ? 201 : 200;
}

function sortKey({ resource, operation }: Operated): string {
  return `${resource} ${operation.verb} ${operation.subresource} ${operation.scope}`;
}

function nameOf({ resource, operation }: Operated): string {
  return `${operation.verb} ${resource}${operation.subresource === '' ? '' : `/${operation.subresource}`}`;
}
