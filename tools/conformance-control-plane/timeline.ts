import type { Change } from '../../src/sim/api/change.ts';
import { encodeObject } from '../../src/sim/api/encode-object.ts';
import type { ApiObject } from '../../src/sim/api/kinds.ts';
import type { EventNote } from '../../src/sim/api/event-note.ts';
import { sameData } from '../../src/sim/api/equality.ts';
import { LABEL_ZONE } from '../../src/sim/api/node.ts';
import { parseTimestamp } from '../../src/sim/api/timestamps.ts';
import { ELSEWHERE } from './cluster.ts';
import type { Names } from './names.ts';
import { whatOf, type Reading, type What } from './what.ts';

/** So long before t=0 the recorder began to watch. Recorded: the first line is up to 0.4 s old at t=0. Microseconds. */
const RECORDER_BEFORE = 400_000;

/** What of the cluster a recording shows besides the objects of its namespace. */
export interface Shown {
  readonly namespace: string;
  readonly nodes: boolean;
  readonly leases: boolean;
}

/** Writes what is committed as the lines of a `timeline.jsonl`. */
export class Timeline {
  readonly lines: string[] = [];
  readonly #names: Names;
  readonly #shown: Shown;
  readonly #reading: Reading;
  /** The moment of t=0. Microseconds. */
  readonly #zero: number;
  readonly #before = new Map<string, What>();

  constructor(names: Names, shown: Shown, zeroMicros: number, family: string) {
    this.#names = names;
    this.#shown = shown;
    this.#zero = zeroMicros;
    const zeroSecond = Math.floor(zeroMicros / 1_000_000);
    this.#reading = {
      seconds: (time) => Math.floor(microsOf(time) / 1_000_000) - zeroSecond,
      millis: (time) => Math.round((microsOf(time) - zeroMicros) / 1_000),
      text: (text) => names.text(text),
      name: (name) => names.named(name),
      owner: (reference) => names.owner(reference as Parameters<Names['owner']>[0]),
      family,
    };
  }

  /** What happens before t=0 is known, not written; only of nodes a little. */
  committed(change: Change, committedAt: number, revision: number): void {
    const { object, type } = change;
    if (!this.#isShown(object)) return;
    // The recorder did not ask what there was: the first change of a node or of the namespace shows all of it.
    if ((object.kind === 'Node' || object.kind === 'Namespace') && committedAt < this.#zero - RECORDER_BEFORE) return;
    const name = this.#names.of(object);
    const key = `${object.kind}/${object.metadata.uid}`;
    if (type === 'DELETED') {
      this.#before.delete(key);
      this.#write(type, object.kind, name, {}, committedAt, revision);
      return;
    }
    const now = whatOf(encodeObject(object), this.#reading);
    if (now === undefined) return;
    const what = changed(this.#before.get(key) ?? {}, now);
    this.#before.set(key, now);
    this.#write(type, object.kind, name, what, committedAt, revision);
  }

  /** An Event that a component has written: a new one, or one more of the same. */
  eventWritten(note: EventNote, committedAt: number): void {
    const { kind, name, namespace } = note;
    // What is about Endpoints is not recorded, as they are not.
    if (kind === 'Endpoints') return;
    if (kind === 'Node' ? !this.#shown.nodes : namespace !== this.#shown.namespace) return;
    const { reason, type, count, source } = note;
    const message = this.#names.text(note.message);
    const isNew = note.revision === note.bornAt;
    const what = isNew ? { reason, type, message, count, source } : { reason, message, count };
    this.#write(
      isNew ? 'ADDED' : 'MODIFIED',
      'Event',
      `${kind}/${this.#names.named(name)}`,
      what,
      committedAt,
      note.revision,
    );
  }

  #isShown(object: ApiObject): boolean {
    const { namespace, nodes, leases } = this.#shown;
    const kind = object.kind as string;
    if (kind === 'Node') return nodes && object.metadata.labels[LABEL_ZONE] !== ELSEWHERE;
    if (kind === 'Namespace') return object.metadata.name === namespace;
    if (kind === 'Lease' && object.metadata.name.startsWith(ELSEWHERE)) return false;
    if (kind === 'Lease' && object.metadata.namespace === 'kube-node-lease') return leases;
    if (kind === 'Event') return false;
    if (kind === 'ConfigMap' && object.metadata.name === 'kube-root-ca.crt') return false;
    return object.metadata.namespace === namespace;
  }

  #write(type: string, kind: string, name: string, what: What, committedAt: number, revision: number): void {
    if (committedAt < this.#zero && kind !== 'Node') return;
    // What a heartbeat or an annotation changes of a node is not recorded.
    if (kind === 'Node' && type === 'MODIFIED' && Object.keys(what).length === 0) return;
    const t = Math.round((committedAt - this.#zero) / 1_000);
    this.lines.push(JSON.stringify({ t, rv: revision, type, kind, name, what }));
  }
}

function changed(before: What, now: What): What {
  const what: What = {};
  for (const key of Object.keys(now)) if (!sameData(before[key], now[key])) what[key] = now[key];
  for (const key of Object.keys(before)) if (now[key] === undefined) what[key] = null;
  return what;
}

/** The wire leaves out the epoch itself, as it does every zero. */
function microsOf(time: unknown): number {
  if (time === undefined) return 0;
  const micros = parseTimestamp(String(time));
  if (micros === undefined) throw new Error(`not a time: ${String(time)}`);
  return micros;
}
