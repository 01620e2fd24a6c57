import { unreachable } from '../../../engine/assert.ts';
import type { ApiServerFault } from '../../../scenario/faults.ts';
import type { Instances } from './instances.ts';

/** Carries the faults of a scenario out on API servers, and takes them back. */
export class ApiServerFaults {
  readonly #instances: Instances;

  constructor(instances: Instances) {
    this.#instances = instances;
  }

  begin(fault: ApiServerFault): void {
    switch (fault.kind) {
      case 'ApiServerCrash':
        this.#instances.kill(fault.instance);
        return;
      case 'ApiServerRestart':
        this.#instances.terminate(fault.instance);
        return;
      case 'ApiServerPause':
        this.#instances.pause(fault.instance);
        return;
      case 'ApiServerSlowdown':
        this.#instances.slowDown(fault.instance, fault.factor);
        return;
      case 'ApiServerRollingRestart':
        this.#instances.restartInTurn();
        return;
      default:
        unreachable(fault);
    }
  }

  end(fault: ApiServerFault): void {
    switch (fault.kind) {
      case 'ApiServerCrash':
      case 'ApiServerRestart':
        this.#instances.start(fault.instance);
        return;
      case 'ApiServerPause':
        this.#instances.resume(fault.instance);
        return;
      case 'ApiServerSlowdown':
        this.#instances.slowDown(fault.instance, 1);
        return;
      case 'ApiServerRollingRestart':
        return;
      default:
        unreachable(fault);
    }
  }
}
