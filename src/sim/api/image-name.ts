/**
 * Names of container images: `registry/path:tag@digest`.
 */

export interface ImageName {
  /** All but tag and digest, as written. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
/** Longer paths no registry has. */
const MAX_PATH = 255;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Whether the part before the first slash names a registry and not a folder of the default one. */
function isRegistry(part: string): boolean {
  return /[.:]/.test(part) || part === 'localhost' || part.toLowerCase() !== part;
}

function isHost(part: string): boolean {
  const [, host = '', port] = /^(\[[0-9a-fA-F:]+\]|[^:]*)(?::([0-9]+))?$/.exec(part) ?? [];
  if (host === '' || (port === undefined && part.endsWith(':'))) return false;
  return host.startsWith('[') || host.split('.').every((label) => HOST_LABEL.test(label));
}

/** Takes an image name apart; `undefined` when no registry could have it (a kubelet says InvalidImageName). */
export function parseImageName(image: string): ImageName | undefined {
  if (image.length > 4096) return undefined;
  const at = image.indexOf('@');
  const digest = at < 0 ? undefined : image.slice(at + 1);
  const name = at < 0 ? image : image.slice(0, at);
  // A colon after the last slash begins a tag, one before it a port.
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const repository = hasTag ? name.slice(0, colon) : name;
  const tag = hasTag ? name.slice(colon + 1) : undefined;
  const parts = repository.split('/');
  const [first = ''] = parts;
  const components = parts.length > 1 && isRegistry(first) ? parts.slice(1) : parts;
  // The default registry keeps what has no folder in the folder `library`.
  const path = components.length === 1 && components === parts ? `library/${repository}` : components.join('/');
  const isRight =
    path.length <= MAX_PATH &&
    (components === parts || isHost(first)) &&
    components.every((component) => PATH_COMPONENT.test(component)) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  return isRight ? { repository, tag, digest } : undefined;
}

/**
 * The pull policy where none is given (kubernetes-behaviour.md 7.6): Always for the tag `latest` and for no tag at all,
 * else IfNotPresent; a digest alone pins the image, and a name that is none is never pulled at all.
 */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  const name = parseImageName(image);
  if (name === undefined) return 'IfNotPresent';
  if (name.tag === 'latest') return 'Always';
  return name.tag === undefined && name.digest === undefined ? 'Always' : 'IfNotPresent';
}
