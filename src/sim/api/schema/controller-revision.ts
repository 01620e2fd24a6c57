import { METADATA } from './meta.ts';
import { always, anything, int64, required, shown, table } from './type.ts';

export const CONTROLLER_REVISION = table('ControllerRevision', {
  metadata: METADATA,
  data: required(anything),
  revision: shown(always(int64, 0)),
});
