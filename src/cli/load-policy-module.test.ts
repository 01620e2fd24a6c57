import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LOADER = fileURLToPath(new URL('../../dist/cli/load-policy-module.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'orrery-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** In a process of its own: under the test runner, imports go through its own loader. */
function nameOf(file: string): string {
  const program = `import { loadPolicyModule } from ${JSON.stringify(LOADER)}; process.stdout.write((await loadPolicyModule(process.argv[1])).name);`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program, file], { encoding: 'utf8' });
}

test.each(['mine.mjs', 'mine.js', 'mine.ts', 'mine.mts'])('%s is read in a folder without a package.json', (name) => {
  const file = join(folder, name);
  writeFileSync(file, "export default { name: 'mine', plugins: {} };\n");
  expect(nameOf(file)).toBe('mine');
});

test('and so is TypeScript beside a package.json, with a type or without', () => {
  for (const manifest of [{ type: 'module' }, {}]) {
    const inner = mkdtempSync(join(folder, 'package-'));
    writeFileSync(join(inner, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(inner, 'mine.ts'), "const name: string = 'mine';\nexport default { name, plugins: {} };\n");
    expect(nameOf(join(inner, 'mine.ts'))).toBe('mine');
  }
});
