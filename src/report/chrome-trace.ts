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
    this.#add({ ph: 'i', s: 'p', name: reason, cat: 'event', ts: at, pid: CLUSTER, tid: 0, args });
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
      this.#add({ ph: 'C', ts: sample.at, pid: CLUSTER, tid: 0, name, args });
    }
  }

  #life(pod: PodRecord, until: number): void {
    const spans = stagesOf(pod, until);
    const [first] = spans;
    if (first === undefined) return;
    const name = `${pod.namespace}/${pod.name}`;
    const id = String(++this.#ids);
    const rest = first.stage === 'waits for a node' ? spans.slice(1) : spans;
    if (rest.length < spans.length) this.#slice(QUEUE, id, name, first.from, first.to, { owner: pod.owner });
    const [start] = rest;
    if (pod.node === '' || start === undefined) return;
    const process = this.#processOf(pod.node);
    const { owner, phase, requestedMilliCpu, restarts } = pod;
    const facts = { owner, phase, cpu_request_millicores: requestedMilliCpu, restarts };
    const end = rest[rest.length - 1]!.to;
    // The outer slice begins first and ends last: order within one moment decides what nests in what.
    this.#add({ ph: 'b', cat: 'pod', id, name, ts: start.from, pid: process, tid: 0, args: facts });
    for (const { stage, from, to } of rest) this.#slice(process, id, stage, from, to);
    this.#add({ ph: 'e', cat: 'pod', id, name, ts: end, pid: process, tid: 0 });
  }

  #slice(pid: number, id: string, name: string, from: number, to: number, args?: object): void {
    this.#add({ ph: 'b', cat: 'pod', id, name, ts: from, pid, tid: 0, ...(args === undefined ? {} : { args }) });
    this.#add({ ph: 'e', cat: 'pod', id, name, ts: to, pid, tid: 0 });
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
    this.#add({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name } });
    this.#add({ ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } });
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
