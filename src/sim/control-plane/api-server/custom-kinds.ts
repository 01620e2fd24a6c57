import { customResource } from '../../api/custom-object.ts';
import { KINDS, type Kind } from '../../api/kinds.ts';
import { resourceName } from '../../api/qualified-names.ts';
import type { Response, Subresource } from '../../api/request.ts';
import type { Store } from '../etcd/store.ts';
import { refuse } from './outcome.ts';

/** What of a request a custom kind may not understand. */
interface Asked {
  readonly subresource?: Subresource | undefined;
  readonly patchType?: string | undefined;
}

const ACCEPTED = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
].join(', ');

/**
 * Why a request about a kind is refused before anything is looked at: no CustomResourceDefinition defines the kind, its
 * definition has no such subresource, or custom resources have no such patch. Nothing of that concerns Kubernetes' own.
 */
export function refuseCustom(kind: Kind, store: Store, asked: Asked = {}): Response | undefined {
  if (Object.hasOwn(KINDS, kind)) return undefined;
  const isDefined = store.get('CustomResourceDefinition', resourceName(kind)) !== undefined;
  const { subresource, patchType } = asked;
  const has = subresource === undefined || (subresource === 'status' && customResource(kind).hasStatus);
  if (!isDefined || !has) return refuse('NotFound', 'the server could not find the requested resource').response;
  if (patchType !== 'strategic') return undefined;
  const message = `the body of the request was in an unknown format - accepted media types include: ${ACCEPTED}`;
  return refuse('UnsupportedMediaType', message).response;
}
