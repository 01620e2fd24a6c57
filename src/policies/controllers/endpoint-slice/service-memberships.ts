import { compileLabels } from '../../../sim/api/label-selector.ts';
import { keyOf } from '../../../sim/api/kinds.ts';
import type { Labels } from '../../../sim/api/meta.ts';
import type { Service } from '../../../sim/api/service.ts';

type Matcher = (labels: Labels) => boolean;

interface Membership {
  /** Which state of the namespace's Services this was worked out for. */
  readonly epoch: number;
  readonly keys: readonly string[];
}

const NONE: readonly string[] = Object.freeze([]);

/**
 * Which Services select a pod. Pods of a template share their label object, so the answer is worked out once a template
 * and kept until a Service of the namespace changes.
 */
export class ServiceMemberships {
  readonly #namespaces = new Map<string, { epoch: number; readonly matchers: Map<string, Matcher> }>();
  readonly #answers = new WeakMap<Labels, Map<string, Membership>>();

  set(service: Service): void {
    const { selector } = service.spec;
    if (!hasSelector(service)) return this.remove(service);
    const space = this.#space(service.metadata.namespace);
    space.matchers.set(keyOf(service), compileLabels(selector ?? {}));
    space.epoch++;
  }

  remove(service: Service): void {
    const space = this.#space(service.metadata.namespace);
    if (space.matchers.delete(keyOf(service))) space.epoch++;
  }

  /** Keys of the Services of a namespace that select these labels, in order of their creation in the cache. */
  of(namespace: string, labels: Labels): readonly string[] {
    const space = this.#namespaces.get(namespace);
    if (space === undefined || space.matchers.size === 0) return NONE;
    let byNamespace = this.#answers.get(labels);
    if (byNamespace === undefined) this.#answers.set(labels, (byNamespace = new Map()));
    const known = byNamespace.get(namespace);
    if (known?.epoch === space.epoch) return known.keys;
    const keys: string[] = [];
    for (const [key, matches] of space.matchers) if (matches(labels)) keys.push(key);
    byNamespace.set(namespace, { epoch: space.epoch, keys });
    return keys;
  }

  #space(namespace: string): { epoch: number; readonly matchers: Map<string, Matcher> } {
    let space = this.#namespaces.get(namespace);
    if (space === undefined) this.#namespaces.set(namespace, (space = { epoch: 0, matchers: new Map() }));
    return space;
  }
}

/** Without a selector the endpoints of a Service are somebody else's business. */
export function hasSelector({ spec: { selector } }: Service): boolean {
  return selector !== undefined && Object.keys(selector).length > 0;
}
