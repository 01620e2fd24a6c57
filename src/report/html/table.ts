import { markup, NOTHING, type Markup } from './markup.ts';

export interface PageColumn<T> {
  readonly name: string;
  cell(row: T): string;
  /** What a number sorts by; a column without it sorts by its text. */
  sort?(row: T): number;
}

/** A table of the page. Without a script it stands as it is; with one its headers sort it. `more` says what was left out. */
export function table<T>(caption: string, columns: readonly PageColumn<T>[], rows: readonly T[], more = ''): Markup {
  const head = columns.map(
    ({ name, sort }) => markup`<th scope="col"${sort === undefined ? '' : markup` class="n"`}>${name}</th>`,
  );
  const body = rows.map(
    (row) =>
      markup`<tr>${columns.map(({ cell, sort }) =>
        sort === undefined
          ? markup`<td>${cell(row)}</td>`
          : markup`<td class="n" data-v="${sort(row)}">${cell(row)}</td>`,
      )}</tr>
`,
  );
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="sorts"><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${
    more === '' ? NOTHING : markup`<p class="note">${more}</p>`
  }`;
}
