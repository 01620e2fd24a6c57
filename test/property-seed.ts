import fc from 'fast-check';

/**
 * What a landing is judged by must be the same twice, so the everyday suite draws the same cases each time. The long
 * suite looks for new ones: it takes a fresh seed, which fast-check prints with whatever it finds.
 */
if (process.env['ORRERY_LONG'] === undefined) fc.configureGlobal({ seed: 20_261_126 });
