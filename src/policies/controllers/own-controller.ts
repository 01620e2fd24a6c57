import type { ControllerFactory } from '../../sim/policy-api/controllers.ts';
import type { ControllerModule } from '../../sim/policy-api/controller-module.ts';
import { CONTROLLER_DEFAULTS, controllers, DISABLED_BY_DEFAULT, type ControllerSettings } from './registry.ts';

/** A module that is no controller, with everything that is wrong about it. */
export class ControllerModuleError extends Error {
  override readonly name = 'ControllerModuleError';
  readonly problems: readonly string[];

  constructor(module: string, problems: readonly string[]) {
    super(`${module}: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

const MEMBERS = ['name', 'customResources', 'controller'];

/**
 * What a controller file exports by default, if it is a controller.
 *
 * @param origin the file, for the message
 * @throws ControllerModuleError that says what is missing
 */
export function checkControllerModule(value: unknown, origin: string): ControllerModule {
  if (typeof value !== 'object' || value === null) {
    throw new ControllerModuleError(origin, ['has no default export; write `export default defineController({ … })`']);
  }
  const { name, customResources, controller } = value as Record<string, unknown>;
  const problems: string[] = [];
  for (const member of Object.keys(value)) {
    if (!MEMBERS.includes(member)) problems.push(`unknown member ${member}; there are: ${MEMBERS.join(', ')}`);
  }
  if (typeof name !== 'string' || name === '') problems.push('name is missing');
  if (typeof controller !== 'function') problems.push('controller is not a function');
  if (customResources !== undefined && !isListOfKinds(customResources)) {
    problems.push('customResources is not a list of kinds with their groups, such as Website.example.com');
  }
  if (problems.length > 0) throw new ControllerModuleError(origin, problems);
  return value as ControllerModule;
}

function isListOfKinds(value: unknown): boolean {
  return Array.isArray(value) && value.every((kind) => typeof kind === 'string' && /^\w+\.[\w-]+\.[\w.-]+$/.test(kind));
}

/** The names that `cluster.controllers` can hold. */
export const CONTROLLER_NAMES: readonly string[] = [...controllers(CONTROLLER_DEFAULTS).keys()];

/** A controller by its name or by the file that it comes from. */
export interface OwnController {
  readonly name: string;
  readonly factory: ControllerFactory;
}

/**
 * The controllers of a run: of Kubernetes' own those that `names` chooses, as kube-controller-manager's `--controllers`
 * does, and then the user's, each in the place of its namesake where there is one.
 *
 * @param names `*` for all that are not disabled by default, `name`, `-name`; absent or empty: as `*`
 */
export function controllersOf(
  settings: ControllerSettings,
  names: readonly string[] | undefined,
  own: readonly OwnController[],
): ControllerFactory[] {
  const chosen = new Map<string, ControllerFactory>();
  for (const [name, factory] of controllers(settings)) if (isEnabled(name, names ?? [])) chosen.set(name, factory);
  for (const { name, factory } of own) chosen.set(name, factory);
  return [...chosen.values()];
}

/** The first of the names that speaks of a controller counts. */
function isEnabled(name: string, names: readonly string[]): boolean {
  if (names.includes(name)) return true;
  if (names.includes(`-${name}`) || DISABLED_BY_DEFAULT.has(name)) return false;
  return names.length === 0 || names.includes('*');
}
