import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * Why nothing of a run's may be put at this absolute path, or undefined where it may: nothing is there, an empty folder, or
 * the folder of an earlier run. Whatever else is there is the user's, and a run replaces its folder whole.
 */
export function whatIsInTheWay(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return 'it is not a folder, and a run is one';
  const entries = readdirSync(path);
  const written = filesOfRun(path);
  const foreign = entries.find((entry) => !written.has(entry));
  if (foreign !== undefined) return `it holds ${foreign}, which no run wrote, and a run replaces its folder whole`;
  return `${process.cwd()}${sep}`.startsWith(`${path}${sep}`)
    ? 'you stand in it, and a run replaces its folder'
    : undefined;
}

/** The names that a run's manifest lists, its own among them; none where there is no manifest of a run. */
function filesOfRun(folder: string): ReadonlySet<string> {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Partial<
      Record<string, unknown>
    >;
    if (typeof manifest['fingerprint'] !== 'string' || !Array.isArray(manifest['files'])) return new Set();
    return new Set(['manifest.json', ...manifest['files'].map((one) => (one as { readonly file: string }).file)]);
  } catch {
    return new Set();
  }
}
