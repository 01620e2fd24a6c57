import type {
  ClusterEventHint,
  CycleState,
  EnqueueExtensions,
  PluginFactory,
  PostFilterPlugin,
  PreFilterPlugin,
  ScorePlugin,
} from '../../../sim/policy-api/scheduling.ts';
import { SKIP, unschedulable, type Status } from '../../../sim/policy-api/status.ts';
import { normalizeByHighest } from './normalize-score.ts';
import { missingState } from './missing-state.ts';

const NOTHING_TO_FREE = unschedulable('no new claims to deallocate');
const STATE_MISSING = missingState('not found');

/**
 * What DynamicResources says of a pod without resource claims (semantics sheet 3.17): it does not filter, scores 0
 * everywhere and has nothing to free. Claims are not simulated: a pod that has some is treated as if it had none.
 */
export class DynamicResources implements PreFilterPlugin, PostFilterPlugin, ScorePlugin, EnqueueExtensions {
  readonly name = 'DynamicResources';

  preFilter(state: CycleState): { readonly status: Status } {
    state.write(this.name, true);
    return { status: SKIP };
  }

  filter(state: CycleState): Status | undefined {
    return state.read(this.name) === undefined ? STATE_MISSING : undefined;
  }

  /** Where another plugin ended PreFilter before this one ran, kube-scheduler's misses its state: an error, that is. */
  postFilter(state: CycleState): { readonly status: Status } {
    return { status: state.read(this.name) === undefined ? STATE_MISSING : NOTHING_TO_FREE };
  }

  score(): number {
    return 0;
  }

  normalizeScores(_state: unknown, _pod: unknown, scores: number[]): undefined {
    normalizeByHighest(scores, false);
    return undefined;
  }

  eventsToRegister(): readonly ClusterEventHint[] {
    return [{ events: ['Node/Add', 'Node/UpdateNodeLabel', 'Node/UpdateNodeAllocatable'] }];
  }
}

export const dynamicResources: PluginFactory = () => new DynamicResources();
