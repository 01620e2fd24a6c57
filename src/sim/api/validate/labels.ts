import type { Labels, LabelSelector } from '../meta.ts';
import { byteLength, labelKeyProblems, labelValueProblems } from '../names.ts';
import type { Checker } from './checker.ts';

export function checkLabels(labels: Labels | undefined, at: Checker): void {
  for (const key of Object.keys(labels ?? {})) {
    const value = labels?.[key] ?? '';
    at.at(key).invalidFor(key, labelKeyProblems(key));
    at.at(key).invalidFor(value, labelValueProblems(value));
  }
}

const MAX_ANNOTATION_BYTES = 256 * 1024;

/** Values are free, keys are those of labels save that capitals are allowed in the prefix too. */
export function checkAnnotations(annotations: Labels, at: Checker): void {
  let bytes = 0;
  for (const key of Object.keys(annotations)) {
    at.at(key).invalidFor(key, labelKeyProblems(key.toLowerCase()));
    bytes += byteLength(key) + byteLength(annotations[key] ?? '');
  }
  if (bytes > MAX_ANNOTATION_BYTES) at.tooLong(MAX_ANNOTATION_BYTES);
}

/** Whether the selector is in order; absent is. */
export function checkLabelSelector(selector: LabelSelector | undefined, at: Checker): boolean {
  if (selector === undefined) return true;
  const before = at.count;
  checkLabels(selector.matchLabels, at.at('matchLabels'));
  (selector.matchExpressions ?? []).forEach(({ key, operator, values = [] }, index) => {
    const here = at.at('matchExpressions', index);
    switch (operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) here.at('values').required("must be specified when `operator` is 'In' or 'NotIn'");
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          here.at('values').forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        break;
      default:
        here.at('operator').invalid(operator, 'not a valid selector operator');
    }
    here.at('key').invalidFor(key, labelKeyProblems(key));
    values.forEach((value, position) => here.at('values', position).invalidFor(value, labelValueProblems(value)));
  });
  return at.count === before;
}
