import { factsOf, keyOf, objectKey, type ApiObject, type Kind } from '../sim/api/kinds.ts';
import { nearest } from '../sim/api/decode/nearest.ts';
import type { CustomResources } from './custom-resources.ts';
import { kindNamesWith, nearestKindName, type KindNames } from './resource-names.ts';

type Found =
  | { readonly ok: true; readonly object: ApiObject }
  | { readonly ok: false; readonly message: string; readonly help?: string | undefined };

/** The objects a scenario speaks of, by kind and key, so that a reference to one that never was is found in time. */
export class Inventory {
  private readonly byKind = new Map<Kind, Map<string, ApiObject>>();
  private readonly added: ApiObject[] = [];

  /** The custom kinds that are simulated. */
  readonly customResources: CustomResources;
  readonly kindNamed: KindNames;
  /** Controllers of the user's make objects under names that nobody knows before the run. */
  readonly isOpen: boolean;

  constructor(objects: readonly ApiObject[], customResources: CustomResources = new Map(), isOpen = false) {
    this.customResources = customResources;
    this.kindNamed = kindNamesWith(customResources);
    this.isOpen = isOpen;
    for (const object of objects) this.add(object);
  }

  /** A later object of the same name takes the place of the earlier. */
  add(object: ApiObject): void {
    let byKey = this.byKind.get(object.kind);
    if (byKey === undefined) this.byKind.set(object.kind, (byKey = new Map()));
    byKey.set(keyOf(object), object);
    this.added.push(object);
  }

  get(kind: Kind, key: string): ApiObject | undefined {
    return this.byKind.get(kind)?.get(key);
  }

  /** Every object there is at some time, earlier versions included. */
  objects(): readonly ApiObject[] {
    return this.added;
  }

  /** What to say about a name that nothing has. */
  missing(kind: Kind, key: string): { readonly message: string; readonly help: string | undefined } {
    const keys = [...(this.byKind.get(kind)?.keys() ?? [])];
    const name = (each: string) => each.slice(each.indexOf('/') + 1);
    const elsewhere = keys.find((each) => name(each) === name(key));
    const meant = elsewhere === undefined ? nearest(name(key), keys.map(name)) : undefined;
    return {
      message: `there is no ${kind} \`${key}\``,
      help:
        elsewhere !== undefined
          ? `\`${elsewhere}\` is in another namespace: say \`-n ${elsewhere.slice(0, elsewhere.indexOf('/'))}\``
          : meant === undefined
            ? undefined
            : `did you mean \`${meant}\`?`,
    };
  }

  /** `kind/name` or `namespace/kind/name`; without a namespace the only object of that name, else the default one's. */
  find(reference: string): Found {
    const parts = reference.split('/');
    if (parts.length < 2 || parts.length > 3 || parts.includes(''))
      return { ok: false, message: `\`${reference.slice(0, 60)}\` is not KIND/NAME` };
    const [name = '', kindName = '', namespace] = [...parts].reverse();
    const kind = this.kindNamed(kindName);
    if (kind === undefined) {
      const meant = nearestKindName(kindName);
      return {
        ok: false,
        message: `\`${kindName.slice(0, 60)}\` is not a kind that is simulated`,
        help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
      };
    }
    const all = [...(this.byKind.get(kind)?.values() ?? [])].filter((object) => object.metadata.name === name);
    const key = factsOf(kind).namespaced ? objectKey(namespace ?? 'default', name) : name;
    const object = this.get(kind, key) ?? (namespace === undefined && all.length === 1 ? all[0] : undefined);
    return object === undefined ? { ok: false, ...this.missing(kind, key) } : { ok: true, object };
  }
}
