import { createHash } from 'node:crypto';
import { markup, verbatim, type Markup } from './markup.ts';

/** Files that are put into every page as they are. */
export interface PageAssets {
  readonly style: string;
  readonly script: string;
  /** The library that draws plots that zoom, and its style. */
  readonly plotScript: string;
  readonly plotStyle: string;
}

export interface PageOptions {
  /** Whether it has plots that zoom. */
  readonly zooms: boolean;
}

/**
 * One page that needs nothing but itself. Its policy lets a browser run the scripts written here and nothing else, and
 * fetch nothing.
 */
export function page(title: string, body: readonly Markup[], assets: PageAssets, { zooms }: PageOptions): string {
  const scripts = [...(zooms ? [assets.plotScript] : []), assets.script].map((text) => `\n${text.trim()}\n`);
  const sources = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${sources.join(' ')}; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>
${zooms ? verbatim(`${assets.plotStyle.trim()}\n`) : ''}${verbatim(assets.style.trim())}
</style>
</head>
<body>
${body}
${scripts.map((text) => markup`<script>${verbatim(text)}</script>\n`)}</body>
</html>
`.text;
}
