/** Where the tasks stand that threads can be given: beside this file, built or not. */
export const TASKS = new URL(import.meta.url.endsWith('.ts') ? './tasks.ts' : './tasks.js', import.meta.url);
