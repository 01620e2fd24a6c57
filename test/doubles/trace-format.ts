/**
 * The rules of the trace event format for the kinds of events that we write: Google's "Trace Event Format" as far as it
 * binds, and what Perfetto's importer does with it (an id that is not local to its process is one track, wherever it was
 * seen first; slices of a track must nest; counters are numbers).
 */

export interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly s?: string;
  readonly id2?: { readonly local?: string };
  readonly bind_id?: string;
  readonly flow_out?: boolean;
  readonly flow_in?: boolean;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** What a trace does against the rules; nothing: it is well-formed. */
export function traceProblems(text: string): string[] {
  let trace: { displayTimeUnit?: unknown; traceEvents?: unknown };
  try {
    trace = JSON.parse(text) as typeof trace;
  } catch (error) {
    return [`no JSON: ${String(error)}`];
  }
  const problems: string[] = [];
  if (trace.displayTimeUnit !== 'ms') problems.push('displayTimeUnit is neither ms nor ns');
  if (!Array.isArray(trace.traceEvents)) return [...problems, 'traceEvents is no list'];
  const events = trace.traceEvents as TraceEvent[];
  const flat = events.flatMap((event, i) => eventProblems(event).map((problem) => `event ${i}: ${problem}`));
  return [...problems, ...flat, ...metadataProblems(events), ...nestingProblems(events), ...flowProblems(events)];
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function eventProblems(event: TraceEvent): string[] {
  const problems: string[] = [];
  if (typeof event.name !== 'string' || event.name === '') problems.push('has no name');
  if (!isWhole(event.ts)) problems.push('ts is not in whole microseconds');
  if (!isWhole(event.pid) || !isWhole(event.tid)) problems.push('pid and tid are not whole numbers');
  const args = Object.values(event.args ?? {});
  switch (event.ph) {
    case 'M':
      if (!['process_name', 'process_sort_index', 'thread_name'].includes(event.name))
        problems.push('unknown metadata');
      if (args.length !== 1) problems.push('metadata is one argument');
      break;
    case 'b':
    case 'e':
      if (typeof event.cat !== 'string') problems.push('an asynchronous event needs a cat');
      if (!/^0x[0-9a-f]+$/.test(event.id2?.local ?? '')) problems.push('its id is not local to its process');
      break;
    case 'C':
      if (args.length === 0 || !args.every(Number.isFinite)) problems.push('a counter has numbers and nothing else');
      break;
    case 'i':
      if (!['g', 'p', 't'].includes(event.s ?? '')) problems.push('an instant needs a scope');
      break;
    default:
      problems.push(`ph ${JSON.stringify(event.ph)} is none of ours`);
  }
  return problems;
}

/** Every process and thread has one name, said before it is used. */
function metadataProblems(events: readonly TraceEvent[]): string[] {
  const named = new Set<string>();
  const problems = new Set<string>();
  for (const { ph, name, pid, tid } of events) {
    const process = `process ${pid}`;
    const thread = `thread ${pid}/${tid}`;
    const about =
      ph !== 'M' ? undefined : name === 'process_name' ? process : name === 'thread_name' ? thread : undefined;
    if (about !== undefined) {
      if (named.has(about)) problems.add(`${about} is named twice`);
      named.add(about);
    } else if (ph !== 'M') {
      if (!named.has(process)) problems.add(`${process} has no process_name yet`);
      if (!named.has(thread)) problems.add(`${thread} has no thread_name yet`);
    }
  }
  return [...problems];
}

/** On each track, sorted by time as viewers do, slices end in the opposite order of their beginning, and all of them. */
function nestingProblems(events: readonly TraceEvent[]): string[] {
  const problems: string[] = [];
  const open = new Map<string, { readonly name: string; readonly ts: number }[]>();
  const slices = events.filter(({ ph }) => ph === 'b' || ph === 'e');
  slices.sort((a, b) => a.ts - b.ts);
  for (const { ph, cat, name, ts, pid, id2 } of slices) {
    const track = `${pid} ${cat} ${id2?.local}`;
    const stack = open.get(track) ?? [];
    open.set(track, stack);
    if (ph === 'b') stack.push({ name, ts });
    else {
      const begun = stack.pop();
      if (begun?.name !== name) problems.push(`track ${track}: ${name} ends at ${ts}, and ${begun?.name} is open`);
      else if (begun.ts > ts) problems.push(`track ${track}: ${name} ends before it begins`);
    }
  }
  for (const [track, stack] of open) for (const { name } of stack) problems.push(`track ${track}: ${name} never ends`);
  return problems;
}

/** A flow goes out once and comes in once, not before it went out. */
function flowProblems(events: readonly TraceEvent[]): string[] {
  const flows = new Map<string, { out: number[]; into: number[] }>();
  for (const { bind_id: id, flow_out: out, flow_in: into, ts } of events) {
    if (id === undefined) continue;
    const flow = flows.get(id) ?? { out: [], into: [] };
    flows.set(id, flow);
    if (out === true) flow.out.push(ts);
    if (into === true) flow.into.push(ts);
  }
  return [...flows].flatMap(([id, { out, into }]) =>
    out.length === 1 && into.length === 1 && into[0]! >= out[0]!
      ? []
      : [`flow ${id} goes out ${out.length} times and comes in ${into.length} times`],
  );
}
