/**
 * About how many bytes a version of an object takes in etcd's database: its members as protobuf writes them (a tag and a
 * length before each text, a few bytes a number), the key, the managed fields that the simulation keeps only where
 * somebody looks at them, and what bbolt adds. A model: real pods take 2 to 4 kB, Leases about half of one.
 */
export function versionBytes(object: object): number {
  return ENVELOPE_BYTES + bytesIn(object);
}

/** A key such as `/registry/pods/default/web-1`, the type, the entry of the B+ tree. */
const ENVELOPE_BYTES = 160;
/** A deletion leaves the key with its revision. */
export const TOMBSTONE_BYTES = 110;

function bytesIn(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 2 + value.length;
    case 'number':
      return 5;
    case 'boolean':
      return 2;
    case 'object':
      break;
    default:
      return 0;
  }
  if (value === null) return 0;
  let bytes = 3;
  if (Array.isArray(value)) {
    for (const element of value) bytes += bytesIn(element);
    return bytes;
  }
  // Members of maps carry their names; those of messages a tag in place of it. Most names here are of messages.
  for (const member of Object.values(value)) bytes += bytesIn(member);
  return bytes;
}
