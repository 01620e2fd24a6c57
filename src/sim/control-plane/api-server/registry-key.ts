import { factsOf, type Kind } from '../../api/kinds.ts';

/** Where etcd's directory of a kind is not called as its resource. */
const DIRECTORIES: Readonly<Record<string, string>> = {
  Node: 'minions',
  Service: 'services/specs',
  Endpoints: 'services/endpoints',
  ReplicationController: 'controllers',
};

/** The key under which etcd keeps an object, as messages of the storage layer show it. */
export function registryKey(kind: Kind, key: string): string {
  return `/registry/${DIRECTORIES[kind] ?? factsOf(kind).plural}/${key}`;
}
