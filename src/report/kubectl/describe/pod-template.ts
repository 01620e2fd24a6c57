import { writeContainers } from './containers.ts';
import type { Description } from './description.ts';
import { writeAnnotations, writeMap } from './name-lines.ts';
import { writePlacement, writeSpread } from './placement.ts';
import { has, part, parts, text, textMap, type Wire } from './wire.ts';
import { writeVolumes } from './volumes.ts';

const INDENT = '  ';

/** What a workload makes its pods of. */
export function writePodTemplate(template: Wire, out: Description): void {
  out.line(0, 'Pod Template:');
  writeMap('Labels', textMap(template, 'metadata.labels'), out, INDENT);
  const annotations = textMap(template, 'metadata.annotations');
  if (Object.keys(annotations).length > 0) writeAnnotations(`${INDENT}Annotations`, annotations, out);
  const spec = part(template, 'spec');
  if (text(spec, 'serviceAccountName') !== '') out.line(1, 'Service Account:', text(spec, 'serviceAccountName'));
  if (has(spec, 'initContainers')) writeContainers('Init Containers', parts(spec, 'initContainers'), out, INDENT);
  writeContainers('Containers', parts(spec, 'containers'), out, INDENT);
  writeVolumes(parts(spec, 'volumes'), out, INDENT);
  writeSpread(spec, out, INDENT);
  if (text(spec, 'priorityClassName') !== '') out.line(1, 'Priority Class Name:', text(spec, 'priorityClassName'));
  writePlacement(spec, out, INDENT);
}
