import { join } from 'node:path';

/** A path in a scenario is relative to the scenario's own folder. Addresses stay as they are and are refused later. */
export function resolveFrom(folder: string, path: string): string {
  if (path.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(path)) return path;
  return join(folder, path);
}
