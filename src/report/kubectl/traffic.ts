import type { EndpointSlice, Service, ServicePort } from '../../sim/api/service.ts';
import { AGE, NAME, orNone, type Columns } from './column.ts';
import { labelsText } from './selector-cells.ts';

const MOST = 3;

export const SERVICE_COLUMNS: Columns<Service> = [
  NAME,
  { name: 'TYPE', cell: ({ spec }) => spec.type },
  { name: 'CLUSTER-IP', cell: ({ spec }) => orNone(spec.clusterIP) },
  { name: 'EXTERNAL-IP', cell: externalIP },
  { name: 'PORT(S)', cell: ({ spec }) => orNone(spec.ports.map(portText).join(',')) },
  AGE,
  { name: 'SELECTOR', wide: true, cell: ({ spec }) => labelsText(spec.selector) },
];

/** Nobody gives load balancers their addresses here. */
function externalIP({ spec }: Service): string {
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  return spec.type === 'LoadBalancer' ? '<pending>' : '<none>';
}

function portText({ port, nodePort = 0, protocol }: ServicePort): string {
  return nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}

export const ENDPOINT_SLICE_COLUMNS: Columns<EndpointSlice> = [
  NAME,
  { name: 'ADDRESSTYPE', cell: ({ addressType }) => addressType },
  { name: 'PORTS', cell: ({ ports }) => some(ports.map(({ port }) => String(port))) },
  { name: 'ENDPOINTS', cell: ({ endpoints }) => some(endpoints.flatMap(({ addresses }) => addresses)) },
  AGE,
];

function some(all: readonly string[]): string {
  if (all.length === 0) return '<unset>';
  const shown = all.slice(0, MOST).join(',');
  return all.length > MOST ? `${shown} + ${all.length - MOST} more...` : shown;
}
