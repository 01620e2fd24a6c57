import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../sim/api/autoscaling.ts';

const MOST = 2;

/** The column TARGETS: of each metric what it is, over what it shall be. */
export function targetsOf({ spec, status }: HorizontalPodAutoscaler): string {
  if (spec.metrics.length === 0) return '<none>';
  const all = spec.metrics.map((metric, index) => targetOf(metric, status.currentMetrics[index]));
  const shown = all.slice(0, MOST).join(', ');
  return all.length > MOST ? `${shown} + ${all.length - MOST} more...` : shown;
}

function targetOf(metric: MetricSpec, found: MetricStatus | undefined): string {
  const { resource, containerResource, pods, object, external } = metric;
  const ofContainers = resource ?? containerResource;
  if (ofContainers !== undefined) {
    const current = (found?.resource ?? found?.containerResource)?.current;
    const { averageValue, averageUtilization } = ofContainers.target;
    const over =
      averageValue === undefined
        ? `${percent(current?.averageUtilization) ?? '<unknown>'}/${percent(averageUtilization) ?? '<auto>'}`
        : `${current?.averageValue ?? '<unknown>'}/${averageValue}`;
    return `${ofContainers.name}: ${over}`;
  }
  if (pods !== undefined)
    return `${found?.pods?.current.averageValue ?? '<unknown>'}/${pods.target.averageValue ?? '0'}`;
  const target = (object ?? external)?.target;
  const current = (found?.object ?? found?.external)?.current;
  return target?.averageValue === undefined
    ? `${current?.value ?? '<unknown>'}/${target?.value ?? '0'}`
    : `${current?.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
}

function percent(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value}%`;
}
