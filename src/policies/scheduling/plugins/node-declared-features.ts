import type {
  CycleState,
  ClusterEventHint,
  EnqueueExtensions,
  FilterPlugin,
  PluginFactory,
  PreFilterPlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, type Status } from '../../../sim/policy-api/status.ts';
import { missingState } from './missing-state.ts';

const STATE_MISSING = missingState('error reading "PreFilterNodeDeclaredFeatures" from cycle-state: not found');

/** Present by name: no simulated pod needs a feature that a node would have to declare (semantics sheet 3.18). */
export class NodeDeclaredFeatures implements PreFilterPlugin, FilterPlugin, EnqueueExtensions {
  readonly name = 'NodeDeclaredFeatures';

  preFilter(state: CycleState): { readonly status: Status } {
    state.write(this.name, true);
    return { status: SKIP };
  }

  filter(state: CycleState): Status | undefined {
    return state.read(this.name) === undefined ? STATE_MISSING : undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return [{ events: ['Node/Add', 'Node/UpdateNodeDeclaredFeature', 'Pod/Update'] }];
  }
}

export const nodeDeclaredFeatures: PluginFactory = () => new NodeDeclaredFeatures();
