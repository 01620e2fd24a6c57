import { readFileSync } from 'node:fs';
import { decode } from '@msgpack/msgpack';
import { checkFile } from './open-trace.ts';
import { TraceError } from './trace-error.ts';

/** An object of Kubernetes as a trace holds it: what was applied, without what the cluster added. */
export interface RecordedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface SimKubeEvent {
  /** Seconds since 1970. */
  readonly ts: number;
  readonly applied: readonly RecordedObject[];
  readonly deleted: readonly RecordedObject[];
}

export interface SimKubeTrace {
  readonly events: readonly SimKubeEvent[];
  /** How long pods of tracked objects ran, in seconds, as far as they ended. */
  readonly podSeconds: readonly number[];
}

/**
 * A trace of SimKube (format version 2): what was applied to and deleted from a real cluster, when. Both the files it
 * exports (`.sktrace`, MessagePack) and their JSON.
 *
 * @throws TraceError
 */
export function readSimKube(file: string): SimKubeTrace {
  checkFile(file);
  const bytes = readFileSync(file);
  let raw: unknown;
  try {
    raw =
      bytes[0] === '{'.charCodeAt(0) ? JSON.parse(bytes.toString('utf8')) : decode(bytes, { mapKeyConverter: keyText });
  } catch (error) {
    throw new TraceError([`${file}: is neither MessagePack nor JSON: ${(error as Error).message}`]);
  }
  const problems: string[] = [];
  const { events, pod_lifecycles: lives } = named(raw, file);
  if (!Array.isArray(events)) throw new TraceError([`${file}: events is no list`]);
  const read = events.map((event: unknown, index): SimKubeEvent => {
    const at = `${file}: events[${index}]`;
    const [ts, applied, deleted] = members(event, ['ts', 'applied_objs', 'deleted_objs']);
    if (typeof ts !== 'number' && typeof ts !== 'bigint') problems.push(`${at}.ts is no number`);
    return {
      ts: Number(ts),
      applied: objects(applied, `${at}.applied_objs`, problems),
      deleted: objects(deleted, `${at}.deleted_objs`, problems),
    };
  });
  if (problems.length > 0) throw new TraceError(problems.slice(0, 20));
  return { events: read, podSeconds: finished(lives) };
}

/** MessagePack of SimKube writes structures as lists of their members, in order; JSON as maps. */
function named(raw: unknown, file: string): { events?: unknown; pod_lifecycles?: unknown } {
  if (Array.isArray(raw)) {
    const [version, , events, , lives] = raw as unknown[];
    checkVersion(version, file);
    return { events, pod_lifecycles: lives };
  }
  if (typeof raw !== 'object' || raw === null) throw new TraceError([`${file}: is no trace of SimKube`]);
  const { version, events, pod_lifecycles } = raw as Record<string, unknown>;
  checkVersion(version, file);
  return { events, pod_lifecycles };
}

/** Owners of pods are keys that are pairs. */
function keyText(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

function checkVersion(version: unknown, file: string): void {
  if (version !== 2) throw new TraceError([`${file}: has version ${String(version)}; version 2 is read`]);
}

function members(value: unknown, names: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value;
  return names.map((name) => (value as Record<string, unknown> | null)?.[name]);
}

function objects(value: unknown, at: string, problems: string[]): RecordedObject[] {
  if (!Array.isArray(value)) {
    problems.push(`${at} is no list`);
    return [];
  }
  return value.filter((object: unknown, index): object is RecordedObject => {
    const { apiVersion, kind, metadata } = (object ?? {}) as Partial<RecordedObject>;
    const whole = typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
    if (!whole) problems.push(`${at}[${index}] has no apiVersion, kind or name`);
    return whole;
  });
}

/** Durations of whatever looks like `Finished: [start, end]`, in the order of the trace. */
function finished(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  const found: number[] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Finished' && Array.isArray(inner) && inner.length === 2) {
      found.push(Number(inner[1]) - Number(inner[0]));
    } else found.push(...finished(inner));
  }
  return found;
}
