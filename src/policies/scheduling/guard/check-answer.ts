import type { Labels } from '../../../sim/api/meta.ts';
import type { PostFilterResult, PreFilterResult, Snapshot } from '../../../sim/policy-api/scheduling.ts';
import { Code, type Status } from '../../../sim/policy-api/status.ts';

/** An answer that is none. The guard adds whose it is, to what, and when. */
export class NonsenseError extends Error {
  override readonly name = 'NonsenseError';
}

function nonsense(problem: string): never {
  throw new NonsenseError(problem);
}

export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function member(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}

function objectOrNothing(value: unknown, what: string): object | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') nonsense(`returned ${shown(value)} where ${what} belongs`);
  return value;
}

const CODES: ReadonlySet<unknown> = new Set(Object.values(Code));

/** A status of its own, in place of an object that the plugin may still change. */
export function checkStatus(value: unknown, allowed: readonly Code[]): Status | undefined {
  const status = objectOrNothing(value, 'a status');
  if (status === undefined) return undefined;
  const code = member(status, 'code');
  if (!CODES.has(code)) nonsense(`returned a status whose code is ${shown(code)}`);
  if (code !== Code.Success && code !== Code.Error && !allowed.includes(code as Code)) {
    const name = Object.entries(Code).find(([, value]) => value === code)![0];
    nonsense(`returned ${name}, which has no meaning here`);
  }
  const reasons = member(status, 'reasons') ?? [];
  if (!Array.isArray(reasons) || !reasons.every((reason) => typeof reason === 'string')) {
    nonsense('returned a status whose reasons are not a list of texts');
  }
  return code === Code.Success ? undefined : { code: code as Code, reasons: [...(reasons as string[])] };
}

/** Annotations of a binding, copied. */
export function checkAnnotations(value: unknown): Labels | undefined {
  const annotations = objectOrNothing(value, 'annotations');
  if (annotations === undefined) return undefined;
  const entries = Object.entries(annotations);
  if (!entries.every(([, text]) => typeof text === 'string')) nonsense('returned annotations that are not all texts');
  return Object.freeze(Object.fromEntries(entries) as Record<string, string>);
}

export const REJECTIONS: readonly Code[] = [Code.Unschedulable, Code.UnschedulableAndUnresolvable, Code.Pending];

export function checkPreFilter(value: unknown): { status?: Status; result?: PreFilterResult } | undefined {
  const answer = objectOrNothing(value, 'a PreFilter answer');
  if (answer === undefined) return undefined;
  const status = checkStatus(member(answer, 'status'), [...REJECTIONS, Code.Skip]);
  const result = objectOrNothing(member(answer, 'result'), 'a PreFilter result');
  const names = result === undefined ? undefined : member(result, 'nodeNames');
  if (names !== undefined && !(names instanceof Set))
    nonsense(`returned ${shown(names)} for nodeNames, which is a Set`);
  return {
    ...(status === undefined ? {} : { status }),
    ...(names === undefined ? {} : { result: { nodeNames: new Set([...(names as Set<unknown>)].map(String)) } }),
  };
}

/** A whole number; between 0 and 100 where nothing normalises it. */
export function checkScore(value: unknown, isFinal: boolean): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    nonsense(`returned ${shown(value)}, which is no whole number`);
  }
  if (isFinal && (value < 0 || value > 100)) nonsense(`returned ${value}, which is not between 0 and 100`);
  return value;
}

export function checkNormalized(scores: readonly unknown[], expected: number): void {
  if (scores.length !== expected) nonsense(`left ${scores.length} scores of ${expected}`);
  for (const score of scores) {
    if (typeof score === 'number' && Number.isInteger(score) && score >= 0 && score <= 100) continue;
    nonsense(`left the score ${shown(score)}, which is no whole number between 0 and 100`);
  }
}

/** A nomination must be of a node there is, and victims must be pods on it, each once. */
export function checkPostFilter(value: unknown, snapshot: Snapshot): { status?: Status; result?: PostFilterResult } {
  const answer = objectOrNothing(value, 'a PostFilter answer') ?? nonsense('returned nothing');
  const status = checkStatus(member(answer, 'status'), REJECTIONS);
  const result = objectOrNothing(member(answer, 'result'), 'a PostFilter result');
  if (result === undefined) return status === undefined ? {} : { status };
  const nodeName = member(result, 'nominatedNodeName');
  if (nodeName !== undefined && typeof nodeName !== 'string') nonsense(`nominated ${shown(nodeName)}`);
  const victims = member(result, 'victims') ?? [];
  if (!Array.isArray(victims)) nonsense(`named ${shown(victims)} as victims`);
  const node = nodeName === undefined || nodeName === '' ? undefined : snapshot.get(nodeName);
  if (nodeName !== undefined && nodeName !== '' && node === undefined)
    nonsense(`nominated ${nodeName}, which is no node`);
  const uids = new Set<unknown>();
  const pods = victims.map((victim: unknown) => {
    const uid = (victim as { metadata?: { uid?: unknown } } | undefined)?.metadata?.uid;
    if (uids.has(uid)) nonsense(`named a victim twice: ${shown(uid)}`);
    uids.add(uid);
    const found = node?.pods.find(({ pod }) => pod.metadata.uid === uid);
    return found?.pod ?? nonsense(`named a victim that is not on ${shown(nodeName)}: ${shown(uid)}`);
  });
  return {
    ...(status === undefined ? {} : { status }),
    result: {
      ...(nodeName === undefined ? {} : { nominatedNodeName: nodeName }),
      ...(pods.length === 0 ? {} : { victims: pods }),
    },
  };
}

export function checkPermit(value: unknown): { status?: Status; timeoutMicros?: number } | undefined {
  const answer = objectOrNothing(value, 'a Permit answer');
  if (answer === undefined) return undefined;
  const status = checkStatus(member(answer, 'status'), [...REJECTIONS, Code.Wait]);
  const timeout = member(answer, 'timeoutMicros');
  if (timeout !== undefined && (typeof timeout !== 'number' || !Number.isSafeInteger(timeout) || timeout < 0)) {
    nonsense(`wants to wait ${shown(timeout)} microseconds`);
  }
  return {
    ...(status === undefined ? {} : { status }),
    ...(timeout === undefined ? {} : { timeoutMicros: timeout as number }),
  };
}

export function checkOrder(value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) nonsense(`returned ${shown(value)}, which orders nothing`);
  return value;
}

export function checkHint(value: unknown): 'Queue' | 'QueueSkip' {
  if (value === 'Queue' || value === 'QueueSkip') return value;
  return nonsense(`returned ${shown(value)}, which is neither Queue nor QueueSkip`);
}
