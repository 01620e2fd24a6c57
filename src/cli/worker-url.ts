/** Where the tasks of the workers stand: beside this file, built or not. */
export const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
