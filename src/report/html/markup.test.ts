import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataIsland, markup, verbatim } from './markup.ts';

describe('markup', () => {
  it('escapes what is text and leaves what is markup', () => {
    const inner = markup`<b>${'<i> & "x" \'y\''}</b>`;
    expect(markup`<p title="${'"><script>'}">${inner}${[inner]}${3}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;script&gt;">' + '<b>&lt;i&gt; &amp; &quot;x&quot; &#39;y&#39;</b>'.repeat(2) + '3</p>',
    );
  });

  it('lets no text open a tag, leave an attribute or turn the direction of writing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }), (text) => {
        expect(markup`${text}`.text).not.toMatch(/[<>"'\0\u202e]|&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
    expect(markup`${'a\u202eb\ud800c\u0007'}`.text).toBe('a\ufffdb\ufffdc\ufffd');
    expect(markup`${'🜨 çedilla 中'}`.text).toBe('🜨 çedilla 中');
  });

  it('carries data through a script element whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const island = dataIsland('x', { value, hostile: '</script><!--<script>\u2028' }).text;
        const json = /^<script type="application\/json" id="x">([^<]*)<\/script>$/.exec(island)?.[1];
        expect(JSON.parse(json!)).toEqual(
          JSON.parse(JSON.stringify({ value, hostile: '</script><!--<script>\u2028' })),
        );
      }),
    );
  });

  it('takes our own text as it is', () => {
    expect(markup`<style>${verbatim('a>b{}')}</style>`.text).toBe('<style>a>b{}</style>');
  });
});
