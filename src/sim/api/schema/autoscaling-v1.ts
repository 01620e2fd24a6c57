import { HORIZONTAL_POD_AUTOSCALER, OBJECT_REFERENCE } from './autoscaling.ts';
import { METADATA, NONE } from './meta.ts';
import { always, defaulted, int32, pointer, shown, table, type Data } from './type.ts';

const EMPTY = Object.freeze({});

/** The one target that autoscaling/v1 knows, in the words of autoscaling/v2; its form in between is never seen. */
function withMetrics({ targetCPUUtilizationPercentage: averageUtilization, ...spec }: Data): Data {
  if (averageUtilization === undefined) return { ...spec, metrics: NONE };
  const target = { type: 'Utilization', averageUtilization };
  return { ...spec, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
}

/** Read as autoscaling/v1, kept as what it means in autoscaling/v2. */
export const HORIZONTAL_POD_AUTOSCALER_V1 = table('HorizontalPodAutoscaler', {
  metadata: METADATA,
  spec: always(
    table(
      'HorizontalPodAutoscalerSpec',
      {
        scaleTargetRef: always(OBJECT_REFERENCE, EMPTY),
        minReplicas: defaulted(pointer(int32), 1),
        maxReplicas: shown(always(int32, 0)),
        targetCPUUtilizationPercentage: pointer(int32),
      },
      { fromWire: withMetrics },
    ),
    EMPTY,
  ),
  status: HORIZONTAL_POD_AUTOSCALER.fields.get('status')!,
});
