import { age } from '../age.ts';
import type { Description } from './description.ts';
import type { Scene } from './scene.ts';
import { count, moment, text, type Wire } from './wire.ts';

/** The Events about an object, the oldest last one first, as kubectl puts them under it. */
export function writeEvents(object: Wire, out: Description, { all, now }: Scene): void {
  const uid = text(object, 'metadata.uid');
  const about = all('Event').filter(
    (event) =>
      text(event, 'involvedObject.uid') === uid && text(event, 'involvedObject.name') === text(object, 'metadata.name'),
  );
  if (about.length === 0) return out.line(0, 'Events:', '<none>');
  out.flush();
  out.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n');
  out.line(1, '----', '------', '----', '----', '-------');
  const last = (event: Wire): number => moment(event, 'lastTimestamp') ?? 0;
  for (const event of about.sort((a, b) => last(a) - last(b))) {
    const first = age(moment(event, 'firstTimestamp'), now);
    const times = count(event, 'count');
    const when = times > 1 ? `${age(last(event), now)} (x${times} over ${first})` : first;
    const field = text(event, 'involvedObject.fieldPath');
    const message = (field === '' ? '' : `${field}: `) + text(event, 'message').trim();
    out.line(1, text(event, 'type'), text(event, 'reason'), when, text(event, 'source.component'), message);
  }
}
