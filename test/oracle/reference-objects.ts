/**
 * The slow, obvious API server for config maps: plain data, copied whole at every write. It says what every request must
 * be answered and what must be there afterwards.
 */
export interface ModelObject {
  data: Record<string, string>;
  labels: Record<string, string>;
  finalizers: string[];
  going: boolean;
  /** Counts the writes to it; stands for the resourceVersion. */
  version: number;
  /** Counts the objects of its name; stands for the uid. */
  incarnation: number;
}

export type ModelRequest =
  | { act: 'create'; name: string; finalizers: string[]; dryRun: boolean }
  /** PUT with the version that was read `behind` writes ago, or with none. */
  | { act: 'put'; name: string; key: string; value: string; behind: number | undefined; dryRun: boolean }
  | { act: 'merge'; name: string; key: string; value: string | null; dryRun: boolean }
  | { act: 'label'; name: string; key: string; value: string | null; dryRun: boolean }
  | { act: 'json'; name: string; key: string; expected: string; value: string; dryRun: boolean }
  | { act: 'finalizers'; name: string; finalizers: string[] }
  | {
      act: 'delete';
      name: string;
      policy: 'Background' | 'Foreground' | 'Orphan' | undefined;
      sameUid: boolean;
      dryRun: boolean;
    };

export class ReferenceObjects {
  readonly objects = new Map<string, ModelObject>();
  /** How many writes have taken effect. */
  writes = 0;
  #incarnations = 0;

  /** Carries a request out; the answer's HTTP code. */
  answer(request: ModelRequest): number {
    const { name } = request;
    const current = this.objects.get(name);
    if (request.act === 'create') {
      if (current !== undefined) return 409;
      if (!request.dryRun) this.#put(name, fresh(request.finalizers, ++this.#incarnations));
      return 200;
    }
    if (current === undefined) return 404;
    if (request.act === 'delete') return this.#delete(name, current, request);
    if (request.act === 'put' && request.behind !== undefined && request.behind > 0) return 409;
    if (request.act === 'json' && current.data[request.key] !== request.expected) return 422;
    const next = changed(current, request);
    if (current.going && next.finalizers.some((one) => !current.finalizers.includes(one))) return 422;
    if (!('dryRun' in request && request.dryRun)) this.#replace(name, current, next);
    return 200;
  }

  #delete(name: string, current: ModelObject, request: Extract<ModelRequest, { act: 'delete' }>): number {
    if (!request.sameUid) return 409;
    if (request.dryRun) return 200;
    const own = current.finalizers.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
    const had = current.finalizers.find((one) => one === 'orphan' || one === 'foregroundDeletion');
    const wished = { Background: undefined, Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const;
    const policy = request.policy === undefined ? had : wished[request.policy];
    const finalizers = policy === had ? current.finalizers : policy === undefined ? own : [...own, policy];
    this.#replace(name, current, { ...current, finalizers, going: true });
    return 200;
  }

  /** A write that changes nothing is none; what is going and held by nothing goes. */
  #replace(name: string, current: ModelObject, next: ModelObject): void {
    if (JSON.stringify(sorted(current)) === JSON.stringify(sorted(next))) return;
    if (next.going && next.finalizers.length === 0) {
      this.objects.delete(name);
      this.writes++;
    } else this.#put(name, { ...next, version: current.version + 1 });
  }

  #put(name: string, object: ModelObject): void {
    this.objects.set(name, object);
    this.writes++;
  }
}

function fresh(finalizers: string[], incarnation: number): ModelObject {
  return { data: {}, labels: {}, finalizers, going: false, version: 1, incarnation };
}

function changed(current: ModelObject, request: Exclude<ModelRequest, { act: 'create' | 'delete' }>): ModelObject {
  if (request.act === 'finalizers') return { ...current, finalizers: request.finalizers };
  const member = request.act === 'label' ? 'labels' : 'data';
  const rest = Object.entries(current[member]).filter(([key]) => key !== request.key);
  const given: [string, string][] = request.value === null ? [] : [[request.key, request.value]];
  return { ...current, [member]: Object.fromEntries([...rest, ...given]) };
}

function sorted({ data, labels, finalizers, going }: ModelObject): unknown {
  const inOrder = (map: Record<string, string>): unknown => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return [inOrder(data), inOrder(labels), finalizers, going];
}
