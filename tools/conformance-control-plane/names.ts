import type { ApiObject } from '../../src/sim/api/kinds.ts';
import { controllerOf, type OwnerReference } from '../../src/sim/api/meta.ts';
import { COMPLETION_INDEX, type Ordinals } from './ordinals.ts';

/** Kinds whose objects have names of chance when one of these created them, and the word that stands for the chance. */
const GENERATED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ReplicaSet: { Deployment: 'rs' },
  Job: { CronJob: 'job' },
  EndpointSlice: { Service: 'slice', Endpoints: 'slice' },
  ControllerRevision: { StatefulSet: 'rev', DaemonSet: 'rev' },
};
/** Controllers whose pods have names of chance. */
const RANDOM_PODS: ReadonlySet<string> = new Set(['ReplicaSet', 'ReplicationController', 'Job', 'DaemonSet']);

const WORD = /[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/g;
const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const RANDOM_SUFFIX = /^(.+)-[a-z0-9]{5}$/;

/** Names as the recordings give them: `web-<rs1>-#3` for the third pod that the first ReplicaSet of `web` created. */
export class Names {
  readonly #namespace: string;
  readonly #ordinals: Ordinals;
  /** By real name: objects of chance names, of any kind. */
  readonly #known = new Map<string, string>();
  /** By uid: an object keeps its name, whoever adopts it. */
  readonly #objects = new Map<string, string>();
  /** Numbered names in order, by family and by the real name behind them. */
  readonly #numbered = new Map<string, { readonly real: string; readonly given: string }[]>();

  constructor(namespace: string, ordinals: Ordinals) {
    this.#namespace = namespace;
    this.#ordinals = ordinals;
  }

  /** The name of an object, which must be told of in order of creation. */
  of(object: ApiObject): string {
    return this.#objects.get(object.metadata.uid) ?? this.#learn(object);
  }

  /** A name that something refers to. */
  named(name: string): string {
    return this.#known.get(name) ?? name;
  }

  owner(owner: OwnerReference): string {
    return `${owner.kind}/${this.named(owner.name)}${owner.controller === true ? '' : ' (not controller)'}`;
  }

  /** What a command prints: the namespace stands for itself, save before a name. */
  printed(text: string): string {
    const own = `${this.#namespace}/`;
    return text
      .split(own)
      .map((part) => part.replace(WORD, (word) => (word === this.#namespace ? word : this.#word(word))))
      .join('<ns>/');
  }

  /** A text with every name, uid and namespace of chance replaced; the namespace only where it is not in quotes. */
  text(text: string): string {
    return text.replace(WORD, (word, ...more) => {
      const at = more.find((one) => typeof one === 'number') as number;
      return word === this.#namespace && text[at - 1] === '"' ? word : this.#word(word);
    });
  }

  /**
   * A text of the whole run as the recordings have it: objects that came back under the name of one that was gone are
   * numbered after all others, the first of them too.
   */
  final(text: string): string {
    let result = text;
    for (const [family, members] of this.#numbered) {
      let count = members.length;
      for (const { real, given } of members) {
        if (members.filter((one) => one.real === real).length < 2) continue;
        result = result.replaceAll(given, `${family}${++count}>`);
      }
    }
    return result;
  }

  #word(word: string): string {
    if (word === this.#namespace) return '<ns>';
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    if (UID.test(word)) return '<uid>';
    const prefix = RANDOM_SUFFIX.exec(word)?.[1];
    const owner = prefix === undefined ? undefined : this.#known.get(prefix);
    return owner === undefined ? word : `${owner}-<random>`;
  }

  #learn(object: ApiObject): string {
    const { name, uid } = object.metadata;
    const normal = this.#normal(object);
    this.#objects.set(uid, normal);
    // The pods of a set of this name may never come to be, and yet be spoken of.
    if (normal !== name || RANDOM_PODS.has(object.kind)) this.#known.set(name, normal);
    return normal;
  }

  #normal(object: ApiObject): string {
    const { metadata } = object;
    const owner = controllerOf(metadata);
    if (owner === undefined) return metadata.name;
    const ownerName = this.named(owner.name);
    if ((object.kind as string) === 'Pod') {
      if (!RANDOM_PODS.has(owner.kind)) return metadata.name;
      const index = metadata.annotations[COMPLETION_INDEX] ?? metadata.labels[COMPLETION_INDEX];
      if (owner.kind === 'Job' && index !== undefined) {
        return `${ownerName}-${index}-#${this.#ordinals.next(`index ${index} of ${owner.uid}`)}`;
      }
      return `${ownerName}-#${this.#ordinals.ofPod(metadata.uid)}`;
    }
    const word = GENERATED[object.kind]?.[owner.kind];
    if (word === undefined) return metadata.name;
    // A Service's slices are numbered together with those that mirror the Endpoints of its name.
    const counted = object.kind === 'EndpointSlice' ? owner.name : owner.uid;
    const given = `${ownerName}-<${word}${this.#ordinals.next(`${object.kind} of ${counted}`)}>`;
    const family = `${ownerName}-<${word}`;
    const before = this.#numbered.get(family) ?? [];
    this.#numbered.set(family, [...before, { real: metadata.name, given }]);
    return given;
  }
}
