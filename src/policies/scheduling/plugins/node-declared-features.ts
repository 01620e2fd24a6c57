import type {
  ClusterEventHint,
  EnqueueExtensions,
  FilterPlugin,
  PluginFactory,
  PreFilterPlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, type Status } from '../../../sim/policy-api/status.ts';

/** Present by name: no simulated pod needs a feature that a node would have to declare (semantics sheet 3.18). */
export class NodeDeclaredFeatures implements PreFilterPlugin, FilterPlugin, EnqueueExtensions {
  readonly name = 'NodeDeclaredFeatures';

  preFilter(): { readonly status: Status } {
    return { status: SKIP };
  }

  filter(): undefined {
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return [{ events: ['Node/Add', 'Node/UpdateNodeDeclaredFeature', 'Pod/Update'] }];
  }
}

export const nodeDeclaredFeatures: PluginFactory = () => new NodeDeclaredFeatures();
