import { parseQuantity } from '../sim/api/quantity.ts';
import { podTemplateOf } from '../sim/api/pod-template.ts';
import type { PodSpec, ResourceList } from '../sim/api/pod.ts';
import type { Remark } from './build-scenario.ts';
import type { Path } from './document.ts';
import type { Manifest } from './manifests.ts';
import type { ProblemSink } from './problem.ts';
import type { ScenarioDocument } from './schema.ts';

const NANO_PER_UNIT = 1_000_000_000n;
const LEAST_BYTES = 1024n;

/** Warns of memory in single bytes, or in parts of one: mostly a unit that was forgotten, or `m` in place of `Mi`. */
export function warnOfFewBytes(
  manifests: readonly Manifest[],
  { spec }: ScenarioDocument,
  report: ProblemSink,
  remark: Remark,
): void {
  for (const { object, document, path, recorded } of manifests) {
    if (recorded) continue;
    const found = object.kind === 'Pod' ? object.spec : podTemplateOf(object)?.spec;
    if (found === undefined) continue;
    for (const [below, text] of fewBytesOf(found)) {
      const place = document.locate([...path, ...templatePath(object.kind), ...below]);
      report({ code: 'few-bytes', severity: 'warning', source: place.source, span: place.span, ...words(text) });
    }
  }
  for (const [index, { capacity }] of (spec.cluster.nodes ?? []).entries()) {
    const text = capacity['memory'];
    if (text === undefined || !isFew(text)) continue;
    const at = ['spec', 'cluster', 'nodes', index, 'capacity', 'memory'];
    remark(at, { code: 'few-bytes', severity: 'warning', ...words(text) });
  }
}

function fewBytesOf({ containers, initContainers }: PodSpec): readonly (readonly [Path, string])[] {
  const found: [Path, string][] = [];
  const look = (path: Path, list: ResourceList | undefined): void => {
    const text = list?.['memory'];
    if (text !== undefined && isFew(text)) found.push([[...path, 'memory'], text]);
  };
  for (const [group, members] of Object.entries({ containers, initContainers })) {
    for (const [index, { resources }] of (members ?? []).entries()) {
      look(['spec', group, index, 'resources', 'requests'], resources?.requests);
      look(['spec', group, index, 'resources', 'limits'], resources?.limits);
    }
  }
  return found;
}

function templatePath(kind: string): Path {
  if (kind === 'Pod') return [];
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
}

function isFew(text: string): boolean {
  const nano = parseQuantity(text)?.nano;
  return nano !== undefined && nano > 0n && nano < LEAST_BYTES * NANO_PER_UNIT;
}

function words(text: string): { readonly message: string; readonly help: string } {
  const digits = text.replace(/[^0-9.].*$/, '');
  const unit = text.endsWith('m') ? 'Mi' : undefined;
  const meant = unit === undefined ? `\`${digits}Mi\` or \`${digits}Gi\`` : `\`${digits}${unit}\``;
  return {
    message: `\`${text}\` of memory is less than a kilobyte`,
    help: `without a unit it is bytes, and m is a thousandth of one: did you mean ${meant}?`,
  };
}
