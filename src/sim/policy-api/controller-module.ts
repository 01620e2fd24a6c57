import type { CustomKind } from '../api/custom-object.ts';
import type { ControllerFactory } from './controllers.ts';

/** A controller of one's own, as a scenario names it: what a controller file exports by default. */
export interface ControllerModule {
  /**
   * Stands in reports and error messages. With the name of one of Kubernetes' own, `deployment-controller` for instance,
   * it takes that one's place.
   */
  readonly name: string;
  /**
   * The custom kinds it works on, `Website.example.com` for instance. The scenario's manifests must define them; objects
   * of a kind that no controller names are accepted and have no effect.
   */
  readonly customResources?: readonly CustomKind[];
  /** Called once a run. */
  readonly controller: ControllerFactory;
}

/** States that a module is a controller, so that the compiler looks at it. */
export function defineController(module: ControllerModule): ControllerModule {
  return module;
}
