import type { Pod, PodSpec, PodTemplateSpec } from '../../sim/api/pod.ts';

/** Whether a pod is one that this template makes, as far as the containers and their images tell. */
export function runsTemplate(pod: Pod, template: PodTemplateSpec): boolean {
  return imagesOf(pod.spec) === imagesOf(template.spec);
}

/** The template that made a pod of an older revision: today's, with that pod's images. */
export function templateWithImagesOf(pod: Pod, template: PodTemplateSpec): PodTemplateSpec {
  const images = new Map(pod.spec.containers.map(({ name, image }) => [name, image]));
  const containers = template.spec.containers.map((container) => {
    const image = images.get(container.name);
    return image === undefined ? container : { ...container, image };
  });
  return { ...template, spec: { ...template.spec, containers } };
}

/** What admission may add to a pod is left out: the order and other containers are as in the template. */
function imagesOf({ initContainers = [], containers }: PodSpec): string {
  return [...initContainers, ...containers].map(({ name, image }) => `${name}=${image}`).join(' ');
}
