import type { EventRecord, PodRecord, RecordSink, Sample } from '../sim/recorder/records.ts';
import type { RunRecord } from '../sim/recorder/run-record.ts';
import { stagesOf } from './pod-stages.ts';

/** Processes of the trace: what is about the whole cluster, the pods without a node, then one a node. */
const CLUSTER = 1;
const QUEUE = 2;
const FIRST_NODE = 3;
const LINES_A_WRITE = 1_000;

/**
 * A run as a trace in the JSON format that Perfetto and chrome://tracing open: a process for each node, in it a track for
 * each pod whose stages nest within its life; the pods that wait for a node; counters; Warnings as instants. Times are
 * microseconds of simulated time. Slices are asynchronous (`b`, `e`): viewers give those that overlap tracks of their own.
 * A pod's id is its process's own (`id2.local`): a global one would be one track, in the process where it was seen first.
 * What ties a pod's waiting to its life on a node is a flow (`bind_id`).
 */
export class ChromeTrace implements RecordSink {
  readonly #write: (text: string) => void;
  readonly #processes = new Map<string, number>();
  #open: PodRecord[] = [];
  #lines: string[] = [];
  #isFirst = true;
  #ids = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
    write('{"displayTimeUnit":"ms","traceEvents":[\n');
    this.#name(CLUSTER, 'Cluster');
    this.#name(QUEUE, 'Pods without a node');
  }

  pod(pod: PodRecord): void {
    if (pod.removedAt < 0) this.#open.push(pod);
    else this.#life(pod, pod.removedAt);
  }

  event({ at, type, reason, message, object, namespace }: EventRecord): void {
    if (type !== 'Warning') return;
    const args = { object: `${namespace}/${object}`, message };
    this.#add({ ph: 'i', s: 'p', name: reason, cat: 'event', ts: at, pid: CLUSTER, tid: CLUSTER, args });
  }

  /** The run is over: pods that are still there, the counters, and the end of the file. */
  finish({ endedAt, samples, last }: RunRecord): void {
    for (const pod of this.#open) this.#life(pod, endedAt);
    this.#open = [];
    const all = [...samples, last];
    this.#counter('pods', all, ({ podsPending, podsRunning }) => ({ pending: podsPending, running: podsRunning }));
    this.#counter('pods ready', all, ({ podsReady }) => ({ ready: podsReady }));
    this.#counter('CPU requested', all, ({ requestedMilliCpu }) => ({ millicores: requestedMilliCpu }));
    this.#flush();
    this.#write('\n]}\n');
  }

  /** A counter holds its value until the next one: what stayed the same is not said again. */
  #counter(name: string, samples: readonly Sample[], valuesOf: (sample: Sample) => object): void {
    let known = '';
    for (const sample of samples) {
      const args = valuesOf(sample);
      const spelt = JSON.stringify(args);
      if (spelt === known) continue;
      known = spelt;
      this.#add({ ph: 'C', ts: sample.at, pid: CLUSTER, tid: CLUSTER, name, args });
    }
  }

  #life(pod: PodRecord, until: number): void {
    const spans = stagesOf(pod, until);
    const [first] = spans;
    if (first === undefined) return;
    const name = `${pod.namespace}/${pod.name}`;
    const id = `0x${(++this.#ids).toString(16)}`;
    const rest = first.stage === 'waits for a node' ? spans.slice(1) : spans;
    const [start] = rest;
    const isBound = pod.node !== '' && start !== undefined;
    const isQueued = rest.length < spans.length;
    const flow = isBound && isQueued ? { bind_id: id } : undefined;
    if (isQueued) {
      const more = { args: { owner: pod.owner }, ...(flow && { ...flow, flow_out: true }) };
      this.#slice(QUEUE, id, name, first.from, first.to, more);
    }
    if (!isBound) return;
    const process = this.#processOf(pod.node);
    const { owner, phase, requestedMilliCpu, restarts } = pod;
    const args = { owner, phase, cpu_request_millicores: requestedMilliCpu, restarts };
    const end = rest[rest.length - 1]!.to;
    // The outer slice begins first and ends last: order within one moment decides what nests in what.
    this.#begin(process, id, name, start.from, { args, ...(flow && { ...flow, flow_in: true }) });
    for (const { stage, from, to } of rest) this.#slice(process, id, stage, from, to);
    this.#end(process, id, name, end);
  }

  #slice(pid: number, id: string, name: string, from: number, to: number, more: object = {}): void {
    this.#begin(pid, id, name, from, more);
    this.#end(pid, id, name, to);
  }

  #begin(pid: number, id: string, name: string, ts: number, more: object): void {
    this.#add({ ph: 'b', cat: 'pod', id2: { local: id }, name, ts, pid, tid: pid, ...more });
  }

  #end(pid: number, id: string, name: string, ts: number): void {
    this.#add({ ph: 'e', cat: 'pod', id2: { local: id }, name, ts, pid, tid: pid });
  }

  #processOf(node: string): number {
    let process = this.#processes.get(node);
    if (process === undefined) {
      process = FIRST_NODE + this.#processes.size;
      this.#processes.set(node, process);
      this.#name(process, node);
    }
    return process;
  }

  #name(pid: number, name: string): void {
    const about = (what: string, args: object): void => this.#add({ ph: 'M', name: what, ts: 0, pid, tid: pid, args });
    about('process_name', { name });
    about('process_sort_index', { sort_index: pid });
    about('thread_name', { name });
  }

  #add(event: object): void {
    this.#lines.push(JSON.stringify(event));
    if (this.#lines.length >= LINES_A_WRITE) this.#flush();
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    this.#write((this.#isFirst ? '' : ',\n') + this.#lines.join(',\n'));
    this.#isFirst = false;
    this.#lines = [];
  }
}
