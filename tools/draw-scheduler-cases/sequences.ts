import { FAIR, nameOf, namespaceObjects, node, unlike, type Weather } from './cluster.ts';
import { configuration } from './configuration.ts';
import type { Draw, Json } from './draw.ts';
import { ORDINARY, pod, type Habits } from './pods.ts';

/** A run of pods through one scheduler, while pods finish and nodes come, go and change. */
export function sequence(draw: Draw): Json {
  const weather: Weather = { ...FAIR, taints: 10, images: 5 };
  const fresh = (i: number): Json => node(draw, weather, i);
  const made = unlike(
    Array.from({ length: draw.of(5, 30, 90, 260) + draw.below(20) }, (_, i) => fresh(i)),
    nameOf,
  );
  const names = made.map(nameOf);
  const busy: Partial<Habits> = draw.of<Partial<Habits>>(
    { spread: 0, peers: 0, nodeAffinity: 0 },
    { spread: 40 },
    { peers: 40 },
    {},
  );
  const templates: Json = {};
  const kinds = draw.of(2, 8, 60);
  for (let i = 0; i < kinds; i++) {
    const { metadata, spec } = pod(draw, { ...ORDINARY, ...busy }, names) as { metadata: Json; spec: Json };
    templates[`t${i}`] = { metadata: { namespace: metadata['namespace'], labels: metadata['labels'] }, spec };
  }
  const running: string[] = [];
  const unrest = draw.of(0, 2, 15);
  let next = made.length;
  const arrivals = Array.from({ length: draw.between(150, 500) }, (_, i): Json => {
    if (running.length > 0 && draw.chance(25)) return { delete: running.splice(draw.below(running.length), 1)[0] };
    if (draw.chance(unrest)) {
      const kind = draw.below(3);
      if (kind === 0) {
        const added = fresh(next++);
        names.push(nameOf(added));
        return { addNode: added };
      }
      const at = draw.below(names.length);
      if (kind === 1 && names.length > 3) return { deleteNode: names.splice(at, 1)[0] };
      const changed = fresh(at);
      (changed['metadata'] as Json)['name'] = names[at];
      return { updateNode: changed };
    }
    running.push(`p${i}`);
    return { pod: `p${i}`, template: `t${draw.below(kinds)}` };
  });
  return {
    ...draw.maybe(60, 'configuration', () => configuration(draw)),
    namespaces: namespaceObjects(draw),
    nodes: made,
    templates,
    arrivals,
  };
}
