import { factsOf, KINDS, type Kind } from '../../../api/kinds.ts';

/** What a URL of the API names. */
export interface Address {
  readonly kind: Kind;
  readonly namespace: string;
  /** Empty: the collection. */
  readonly name: string;
  readonly subresource: string;
  readonly query: ReadonlyMap<string, string>;
}

const KIND_OF_RESOURCE: ReadonlyMap<string, Kind> = new Map(
  (Object.keys(KINDS) as Kind[]).map((kind) => [`${factsOf(kind).apiVersion}/${factsOf(kind).plural}`, kind]),
);

/** Reads `/apis/apps/v1/namespaces/default/deployments/web/scale?…`; undefined where there is no such resource. */
export function addressOf(url: string): Address | undefined {
  const [path = '', query = ''] = url.split('?');
  const parts = path.split('/').filter((part) => part !== '');
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return undefined;
  const apiVersion = isCore ? parts[1] : `${parts[1] ?? ''}/${parts[2] ?? ''}`;
  let rest = parts.slice(isCore ? 2 : 3);
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 2) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const [plural = '', name = '', subresource = ''] = rest;
  const kind = KIND_OF_RESOURCE.get(`${apiVersion ?? ''}/${plural}`);
  return kind === undefined ? undefined : { kind, namespace, name, subresource, query: queryOf(query) };
}

function queryOf(text: string): ReadonlyMap<string, string> {
  const pairs = text
    .split('&')
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const at = part.indexOf('=');
      return at < 0 ? [part, ''] : [part.slice(0, at), decodeURIComponent(part.slice(at + 1).replaceAll('+', ' '))];
    });
  return new Map(pairs);
}
