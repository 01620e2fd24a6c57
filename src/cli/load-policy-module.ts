import { pathToFileURL } from 'node:url';
import { checkSchedulerModule, SchedulerModuleError } from '../policies/scheduling/own-scheduler.ts';
import { checkControllerModule, ControllerModuleError } from '../policies/controllers/own-controller.ts';
import type { ControllerModule } from '../sim/policy-api/controller-module.ts';
import type { SchedulerModule } from '../sim/policy-api/scheduler-module.ts';

/**
 * Runs a policy file and returns what it exports by default. TypeScript needs a Node that reads it (22.18 or later), or
 * tsx beside it.
 *
 * @throws SchedulerModuleError when the file cannot be run, or exports no scheduler
 */
export async function loadPolicyModule(file: string): Promise<SchedulerModule> {
  return checkSchedulerModule(await defaultExport(file, SchedulerModuleError), file);
}

/**
 * The same for the file of a controller.
 *
 * @throws ControllerModuleError when the file cannot be run, or exports no controller
 */
export async function loadControllerModule(file: string): Promise<ControllerModule> {
  return checkControllerModule(await defaultExport(file, ControllerModuleError), file);
}

async function defaultExport(
  file: string,
  Failure: new (file: string, problems: readonly string[]) => Error,
): Promise<unknown> {
  let exported: unknown;
  try {
    exported = await importFile(file);
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Failure(file, [`cannot be run: ${what}`]);
  }
  const { default: value } = exported as { default?: unknown };
  return fromCommonJs(value) ? value.default : value;
}

/** In a folder whose package.json does not say `"type": "module"`, TypeScript becomes CommonJS, and its default export a member. */
function fromCommonJs(value: unknown): value is { readonly default: unknown } {
  return typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value;
}

async function importFile(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file);
  try {
    return await import(href);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
  }
  let tsx: { tsImport(specifier: string, parent: string): Promise<unknown> };
  try {
    // By a name that is no literal: tsx need not be there.
    const name = 'tsx/esm/api';
    tsx = (await import(name)) as typeof tsx;
  } catch {
    throw new Error(
      `this Node (${process.version}) does not read TypeScript; use Node 22.18 or later, install tsx beside the policy, or write it as .js`,
    );
  }
  return await tsx.tsImport(href, import.meta.url);
}
