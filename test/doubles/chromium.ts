import { existsSync } from 'node:fs';

/** A Chromium of the machine's; undefined where there is none. `ORRERY_CHROMIUM` names one. */
export function findChromium(): string | undefined {
  const named = process.env['ORRERY_CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
}
