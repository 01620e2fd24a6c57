import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A hash of all our code as it runs: results that other code made are never taken for its own. */
export function codeHash(): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const hash = createHash('sha256');
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.[jt]s$/.test(name) || /\.(test|d)\.ts$/.test(name)) continue;
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(root, name)));
  }
  return hash.digest('hex');
}
