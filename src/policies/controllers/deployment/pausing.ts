import type { Steps } from '../../../sim/policy-api/controllers.ts';
import { PROGRESSING, type Draft } from './draft.ts';

/** While a Deployment is paused its progress is unknown, and after it is resumed the deadline counts anew. */
export function* notePause(draft: Draft): Steps<void> {
  if (!draft.hasProgressDeadline) return;
  const reason = draft.progress?.reason;
  // What was reported as stuck stays so.
  if (reason === 'ProgressDeadlineExceeded') return;
  const wasPaused = reason === 'DeploymentPaused';
  if (draft.spec.paused === wasPaused) return;
  draft.setCondition(
    draft.spec.paused
      ? draft.condition(PROGRESSING, 'Unknown', 'DeploymentPaused', 'Deployment is paused')
      : draft.condition(PROGRESSING, 'Unknown', 'DeploymentResumed', 'Deployment is resumed'),
  );
  yield* draft.writeStatus();
}
