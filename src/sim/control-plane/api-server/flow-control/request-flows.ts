import { kindOf } from '../../../api/kind-of-request.ts';
import { stableHash } from '../../../engine/stable-hash.ts';
import { factsOf, type Kind } from '../../../api/kinds.ts';
import type { Request } from '../../../api/request.ts';
import { flowOf, type FlowAttributes, type User } from './flow-schema.ts';
import { DEFAULT_PRIORITY_LEVELS } from './priority-level.ts';

/** What one user's requests of one kind come to. */
export interface RequestFlow {
  /** Index of the priority level. */
  readonly level: number;
  readonly schema: string;
  /** A whole number of [0, 2^52) that is the flow's. */
  readonly hash: number;
}

/** Kinds that the default flow schemas look at: leader election, and what nodes say of themselves. */
const LOOKED_AT: ReadonlySet<Kind | undefined> = new Set<Kind>(['Lease', 'Node']);

/** To which priority levels and flows the requests of a user belong. */
export class RequestFlows {
  readonly user: User;
  /** Index of the priority level of everything that no schema looks at more closely. */
  readonly #usualLevel: number;
  /** Of what no schema looks at more closely, by namespace. */
  readonly #usual = new Map<string, RequestFlow>();
  readonly #known = new Map<string, RequestFlow>();

  constructor(user: User) {
    this.user = user;
    this.#usualLevel = levelNamed(flowOf(attributesOf(user, 'get', 'Pod', '', '')).level);
  }

  /** HOT. Index of the priority level. */
  levelOf(request: Request): number {
    return LOOKED_AT.has(kindOf(request)) ? this.flowOf(request).level : this.#usualLevel;
  }

  /** HOT. */
  flowOf(request: Request): RequestFlow {
    const kind = kindOf(request);
    const namespace = namespaceOf(request);
    if (kind !== undefined && LOOKED_AT.has(kind)) {
      return this.#flow(verbOf(request), kind, subresourceOf(request), namespace);
    }
    let known = this.#usual.get(namespace);
    if (known === undefined) this.#usual.set(namespace, (known = this.#flow('get', 'Pod', '', namespace)));
    return known;
  }

  /** Of a watch of a whole kind, or a list before it. */
  flowOfWatch(kind: Kind): RequestFlow {
    return this.#flow('watch', kind, '', '');
  }

  #flow(verb: FlowAttributes['verb'], kind: Kind, subresource: string, namespace: string): RequestFlow {
    const key = `${verb} ${kind} ${subresource} ${namespace}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      const { schema, level, distinguisher } = flowOf(attributesOf(this.user, verb, kind, subresource, namespace));
      known = { level: levelNamed(level), schema, hash: stableHash(`${schema}/${distinguisher}`) };
      this.#known.set(key, known);
    }
    return known;
  }
}

function levelNamed(name: string): number {
  return DEFAULT_PRIORITY_LEVELS.findIndex((level) => level.name === name);
}

function attributesOf(
  user: User,
  verb: FlowAttributes['verb'],
  kind: Kind,
  subresource: string,
  namespace: string,
): FlowAttributes {
  return { user, verb, resource: factsOf(kind).plural, subresource, namespace };
}

function verbOf({ verb }: Request): FlowAttributes['verb'] {
  switch (verb) {
    case 'bind':
    case 'evict':
      return 'create';
    case 'get-metrics':
      return 'list';
    case 'patch-status':
      return 'patch';
    case 'update-scale':
      return 'update';
    default:
      return verb;
  }
}

function subresourceOf(request: Request): string {
  switch (request.verb) {
    case 'bind':
      return 'binding';
    case 'evict':
      return 'eviction';
    case 'patch-status':
      return 'status';
    case 'update-scale':
      return 'scale';
    default:
      return 'subresource' in request ? (request.subresource ?? '') : '';
  }
}

function namespaceOf(request: Request): string {
  if (request.verb === 'create' || request.verb === 'update') return request.object.metadata.namespace;
  if (request.verb === 'list') return request.namespace ?? '';
  if (request.verb === 'get-metrics') return '';
  const slash = request.key.indexOf('/');
  return slash < 0 ? '' : request.key.slice(0, slash);
}
