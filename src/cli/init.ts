import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ExitCode } from './exit-codes.ts';
import { OutputError } from './output-error.ts';

/** `orrery init`: copies the commented starter scenario. Never replaces a file unless told to. */
export function init(file: string, options: { readonly force?: boolean }): void {
  // The schema that editors complete by lies beside the shipped scenarios, not beside the copy.
  const starter = readFileSync(new URL('../../scenarios/starter.yaml', import.meta.url), 'utf8')
    .replace(/^# yaml-language-server:.*\n#\n/, '')
    .replace('orrery run starter.yaml', () => `orrery run ${file.replaceAll(/[\r\n]+/g, ' ')}`);
  if (existsSync(file) && options.force !== true) {
    process.stderr.write(`error: ${file} is there already; --force replaces it\n`);
    process.exitCode = ExitCode.CannotCreate;
    return;
  }
  try {
    writeFileSync(file, starter);
  } catch (error) {
    throw new OutputError(`cannot create ${file}: ${(error as Error).message}`, true, error);
  }
  process.stdout.write(`${file} written. Try: orrery run ${file}\n`);
}
