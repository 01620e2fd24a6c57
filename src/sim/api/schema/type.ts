/**
 * The little language in which the wire form of every kind is declared: a table of fields, one line a field. Reading,
 * defaulting and printing walk these tables, so that adding a field is adding a line.
 */

/** A value with a sign that it is one of Kubernetes' scalar types. */
export type Scalar =
  | { readonly form: 'text' }
  | { readonly form: 'bool' }
  | { readonly form: 'integer'; readonly min: number; readonly max: number }
  /** Resource amounts: text or a number on the wire, canonical text inside. */
  | { readonly form: 'quantity' }
  | { readonly form: 'intOrString' }
  /** RFC 3339 text on the wire, microseconds inside. */
  | { readonly form: 'time'; readonly micro: boolean }
  /** Decimal text on the wire, a number inside. */
  | { readonly form: 'resourceVersion' }
  /** Base64 text. */
  | { readonly form: 'bytes' }
  /** Plain data of no declared shape. */
  | { readonly form: 'anything' }
  | { readonly form: 'enum'; readonly values: readonly string[] };

export interface List {
  readonly form: 'list';
  readonly of: Type;
  /**
   * How patches merge two lists (`patchMergeKey` and `listMapKeys` of the API): by the members that tell one item from
   * another, as sets of plain values, or not at all: then the whole list is one value.
   */
  readonly merges: 'by-key' | 'as-set' | 'never';
  /** Of a list that merges by key: the member by which a strategic merge patch finds an item. */
  readonly mergeKey: string;
  /** Of a list that merges by key: all members that tell items apart in a server-side apply. */
  readonly itemKeys: readonly string[];
}

/** An object whose keys are the author's. */
export interface Dictionary {
  readonly form: 'map';
  readonly of: Type;
}

export type Data = Readonly<Record<string, unknown>>;

export interface Table {
  readonly form: 'table';
  /** Kubernetes' name of the type, e.g. `ContainerPort`. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** Fills in what depends on other members, after the members' own defaults; the same object when nothing is missing. */
  readonly complete: ((object: Data) => Data) | undefined;
  /** Where the object inside differs from the wire's: applied after reading and before printing. */
  readonly fromWire: ((object: Data) => Data) | undefined;
  readonly toWire: ((object: Data) => Data) | undefined;
  /** In a server-side apply the object is one value: it belongs to one manager as a whole. */
  readonly atomic: boolean;
}

export type Type = Scalar | List | Dictionary | Table;

export interface Field {
  readonly type: Type;
  /** Kubernetes has a pointer here: zero, false and empty text are values, not the same as nothing. */
  readonly keepsZero: boolean;
  readonly required: boolean;
  /** What Kubernetes fills in where nothing is given. */
  readonly default: unknown;
  /** What the object inside holds where Kubernetes holds nothing; not printed. */
  readonly absent: unknown;
  /** Printed even when it is what stands for nothing. */
  readonly shown: boolean;
  /**
   * `simulated`: it has its effect. `ignored`: valid, kept and printed, but nothing acts on it, of which the author is
   * told. `quiet`: the same without a word, since it is bookkeeping. `server`: only the server writes it, so that it
   * counts in a snapshot and is passed over in a manifest. `dropped`: passed over always.
   */
  readonly role: 'simulated' | 'ignored' | 'quiet' | 'server' | 'dropped';
  /** The value of an ignored field that asks for nothing that does not happen anyway; the default where absent. */
  readonly harmless: unknown;
  /**
   * What a strategic merge patch does beside merging: `replace` takes the value as it is given, `retain-keys` heeds
   * `$retainKeys`, since only one of the members may be there (a union).
   */
  readonly patching: 'merge' | 'replace' | 'retain-keys';
}

export type FieldOrType = Field | Type;

export const text: Type = { form: 'text' };
export const bool: Type = { form: 'bool' };
export const int32: Type = { form: 'integer', min: -2_147_483_648, max: 2_147_483_647 };
export const int64: Type = { form: 'integer', min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
export const quantity: Type = { form: 'quantity' };
export const intOrString: Type = { form: 'intOrString' };
export const time: Type = { form: 'time', micro: false };
export const microTime: Type = { form: 'time', micro: true };
export const resourceVersion: Type = { form: 'resourceVersion' };
export const bytes: Type = { form: 'bytes' };
export const anything: Type = { form: 'anything' };

export function oneOf(...values: string[]): Type {
  return { form: 'enum', values };
}
/** A list that patches replace as a whole. */
export function list(of: Type): Type {
  return { form: 'list', of, merges: 'never', mergeKey: '', itemKeys: [] };
}
/** A list of objects that patches merge: `mergeKey` finds an item, all of `itemKeys` (it alone by default) tell it apart. */
export function listByKey(mergeKey: string, of: Type, itemKeys: readonly string[] = [mergeKey]): Type {
  return { form: 'list', of, merges: 'by-key', mergeKey, itemKeys };
}
/** A list of plain values that patches add to. */
export function setOf(of: Type): Type {
  return { form: 'list', of, merges: 'as-set', mergeKey: '', itemKeys: [] };
}
export function map(of: Type): Type {
  return { form: 'map', of };
}

function isField(given: FieldOrType): given is Field {
  return 'type' in given;
}

function field(given: FieldOrType): Field {
  if (isField(given)) return given;
  return {
    type: given,
    keepsZero: false,
    required: false,
    default: undefined,
    absent: undefined,
    shown: false,
    role: 'simulated',
    harmless: undefined,
    patching: 'merge',
  };
}

export function pointer(given: FieldOrType): Field {
  return { ...field(given), keepsZero: true };
}
/** Refused with `Required value` when missing or empty. */
export function required(given: FieldOrType): Field {
  return { ...field(given), required: true };
}
export function defaulted(given: FieldOrType, value: unknown): Field {
  return { ...field(given), default: value };
}
/** Never missing inside: `value` stands for nothing. */
export function always(given: FieldOrType, value: unknown): Field {
  return { ...field(given), absent: value };
}
export function shown(given: FieldOrType): Field {
  return { ...field(given), shown: true };
}
export function ignored(given: FieldOrType, harmless?: unknown): Field {
  const own = field(given);
  return { ...own, role: 'ignored', harmless: harmless ?? own.default };
}
export function quiet(given: FieldOrType): Field {
  return { ...field(given), role: 'quiet' };
}
export function server(given: FieldOrType): Field {
  return { ...field(given), role: 'server' };
}
export function dropped(given: FieldOrType): Field {
  return { ...field(given), role: 'dropped' };
}
/** `patchStrategy:"replace"` of the API. */
export function replaced(given: FieldOrType): Field {
  return { ...field(given), patching: 'replace' };
}
/** `patchStrategy:"retainKeys"` of the API. */
export function retainingKeys(given: FieldOrType): Field {
  return { ...field(given), patching: 'retain-keys' };
}

export interface TableOptions {
  readonly complete?: (object: Data) => Data;
  readonly fromWire?: (object: Data) => Data;
  readonly toWire?: (object: Data) => Data;
  /** `structType=atomic` of the API. */
  readonly atomic?: boolean;
}

export function table(name: string, fields: Readonly<Record<string, FieldOrType>>, options: TableOptions = {}): Table {
  return {
    form: 'table',
    name,
    fields: new Map(Object.entries(fields).map(([key, given]) => [key, field(given)])),
    complete: options.complete,
    fromWire: options.fromWire,
    toWire: options.toWire,
    atomic: options.atomic ?? false,
  };
}

/** The same fields, some of them changed, some added. */
export function extended(
  base: Table,
  name: string,
  fields: Readonly<Record<string, FieldOrType>>,
  options: TableOptions = {},
): Table {
  const own = table(name, fields, options);
  return {
    ...own,
    fields: new Map([...base.fields, ...own.fields]),
    complete: own.complete ?? base.complete,
    fromWire: own.fromWire ?? base.fromWire,
    toWire: own.toWire ?? base.toWire,
  };
}

/** What stands for nothing where Kubernetes has no pointer. */
export function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false || value === undefined) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
