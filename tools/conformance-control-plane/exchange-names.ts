/**
 * What chance decides in exchanges, by the order in which it appears: versions are `v1`, `v2` …, uids `uid1` … in objects;
 * a placeholder in a request stands for what was answered.
 */
export class ExchangeNames {
  readonly #namespace: string;
  readonly #versions: number[] = [];
  readonly #uids: string[] = [];
  /** Numbers of this run's versions and what the recording had in their place. */
  readonly #recorded = new Map<string, string>();
  readonly #own = new Map<string, string>();
  /** The last `continue` that was answered. */
  token = '';

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  version(revision: number): string {
    return `v${place(this.#versions, revision)}`;
  }

  uid(uid: string): string {
    return `uid${place(this.#uids, uid)}`;
  }

  /** A request's text or body with what its placeholders stand for. */
  given(value: unknown): unknown {
    if (typeof value === 'string') return this.#filled(value);
    if (Array.isArray(value)) return value.map((item) => this.given(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.given(member)]));
  }

  #filled(text: string): string {
    return text
      .replaceAll('{ns}', this.#namespace)
      .replace(/<v(\d+)>/g, (_all, n: string) => String(this.#versions[Number(n) - 1] ?? 0))
      .replace(/<uid(\d+)>/g, (_all, n: string) => this.#uids[Number(n) - 1] ?? '')
      .replaceAll('<token>', this.token);
  }

  /**
   * A message as the recording would have it: versions of the store are chance, so a number that the recording has in
   * the place of one of ours is taken over, as long as each of ours always stands for the same one of its own.
   */
  text(message: string, recorded: unknown): string {
    const own = message.replaceAll(this.#namespace, '{ns}');
    if (typeof recorded !== 'string') return own;
    const ours = own.split(/(\d+)/);
    const theirs = recorded.split(/(\d+)/);
    if (ours.length !== theirs.length || ours.some((part, i) => i % 2 === 0 && part !== theirs[i])) return own;
    return ours.map((part, i) => (i % 2 === 0 ? part : this.#number(part, theirs[i]!))).join('');
  }

  #number(own: string, recorded: string): string {
    if (own === recorded) return own;
    const known = this.#recorded.get(own) ?? recorded;
    const back = this.#own.get(recorded) ?? own;
    if (known !== recorded || back !== own) return own;
    this.#recorded.set(own, recorded);
    this.#own.set(recorded, own);
    return recorded;
  }
}

function place<T>(seen: T[], one: T): number {
  const at = seen.indexOf(one);
  return at >= 0 ? at + 1 : seen.push(one);
}
