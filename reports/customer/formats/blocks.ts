import { groupedRows } from '../../render/grid/row-groups.ts'
import { tableText } from '../../render/grid/table-text.ts'
import { bannerHtml } from '../../render/html/banner.ts'
import { htmlId } from '../../render/html/html-id.ts'
import { attributes, type Html, html, joined, nothing } from '../../render/html/template.ts'
import type { Cell, Table } from '../../tables/table.ts'
import { type Block, type CustomerReport, type Item, onlyTable, type Section } from '../document.ts'

/** Headings begin at this level, so that a fragment nests in the headings of its page. */
export interface Nesting {
  /** Level of the title: 1 on a page of its own, 2 in the page of somebody else. */
  readonly level: 1 | 2
  readonly chart: (chart: Extract<Block, { kind: 'chart' }>['chart']) => Html
}

/** Title, facts, banners, lead and sections, without the document around them. */
export function reportHtml(report: CustomerReport, nesting: Nesting): Html {
  const { title, logo, facts, banners, lead, sections, simulated } = report
  const stamp = simulated ? STAMP : nothing
  const image = logo === null ? nothing : html`<img class="logo" src="${logo}" alt="${report.author ?? 'Logo'}">`
  const named = nesting.level === 1 ? html`<h1>${title}${stamp}</h1>` : html`<h2>${title}${stamp}</h2>`
  return html`<header>${image}${named}
<dl class="facts">${facts.map(({ label, text }) => html`<div><dt>${label}</dt><dd>${text}</dd></div>`)}</dl>
${banners.map(bannerHtml)}</header>
${lead.map((text) => html`<p class="lead">${text}</p>`)}
<nav aria-label="Contents"><ol>${sections.map(({ id, title: head }) => html`<li><a href="#jm-${htmlId(id)}">${head}</a></li>`)}</ol></nav>
${joined(
  sections.map((section) => sectionHtml(section, nesting)),
  '\n',
)}`
}

function sectionHtml(section: Section, nesting: Nesting): Html {
  const anchor = `jm-${htmlId(section.id)}`
  const only = onlyTable(section)
  const stamp = only?.simulated ? STAMP : nothing
  const head =
    nesting.level === 1
      ? html`<h2 id="${anchor}">${section.title}${stamp}</h2>`
      : html`<h3 id="${anchor}">${section.title}${stamp}</h3>`
  return html`<section aria-labelledby="${anchor}">${head}
${joined(
  section.blocks.map((block) =>
    block.kind === 'table' ? tableHtml(block.table, only === null) : blockHtml(block, nesting),
  ),
  '\n',
)}</section>`
}

const STAMP = html` <span class="stamp">SIMULATED</span>`

function blockHtml(block: Exclude<Block, { kind: 'table' }>, nesting: Nesting): Html {
  switch (block.kind) {
    case 'text':
      return html`<p>${block.text}</p>`
    case 'list':
      return html`<ul>${block.items.map(itemHtml)}</ul>`
    case 'code':
      return html`<figure class="code"><figcaption>${block.title}</figcaption><pre tabindex="0"><code>${joined(block.lines, '\n')}</code></pre></figure>`
    case 'chart':
      return nesting.chart(block.chart)
    default:
      return block satisfies never
  }
}

const itemHtml = ({ lead, text }: Item): Html =>
  lead === undefined ? html`<li>${text}</li>` : html`<li><strong>${lead}</strong> ${text}</li>`

/** Shorter tables are not broken between two pages. */
const BRIEF_ROWS = 12

/** A table with its notes, and its title above it unless it is the only one of its section. */
function tableHtml(table: Table, isTitled: boolean): Html {
  const text = tableText(table)
  const { columns, groups } = groupedRows(table)
  const caption = isTitled
    ? html`<caption>${table.title}${table.simulated ? STAMP : nothing}</caption>`
    : html`<caption class="unseen">${table.title}</caption>`
  const reference = (number: number | null) =>
    number === null
      ? nothing
      : html`<sup><a href="#jm-${htmlId(table.id)}-${number}" aria-label="note ${number}">${number}</a></sup>`
  const cellHtml = (cell: Cell, index: number): Html => {
    const { main, sub, tone, number } = text.cell(cell)
    const { align, head } = columns[index]!
    const own = attributes({
      class: [align, tone === 'plain' ? null : tone].filter((name) => name !== null).join(' '),
      'data-head': head,
    })
    const content = html`<span class="main">${main}${reference(number)}</span>${sub === null ? nothing : html`<small>${sub}</small>`}`
    return index === 0 ? html`<th scope="row"${own}>${content}</th>` : html`<td${own}>${content}</td>`
  }
  const footnotes = text.footnotes.map((note, index) => html`<li id="jm-${htmlId(table.id)}-${index + 1}">${note}</li>`)
  const others = [...text.marks, ...table.notes].map((note) => html`<li>${note}</li>`)
  const brief = table.rows.length <= BRIEF_ROWS ? ' brief' : ''
  return html`<div class="scroll${brief}" role="region" aria-label="${table.title}" tabindex="0"><table>${caption}
<thead><tr>${columns.map(({ head, align }) => html`<th scope="col" class="${align}">${head}</th>`)}</tr></thead>
${joined(
  groups.map(
    ({ head, rows }) =>
      html`<tbody>${head.length === 0 ? nothing : html`<tr class="group"><th scope="rowgroup" colspan="${columns.length}">${text.heading(head).main}</th></tr>`}
${joined(
  rows.map(({ cells }) => html`<tr>${cells.map(cellHtml)}</tr>`),
  '\n',
)}
</tbody>`,
  ),
  '\n',
)}</table></div>
${footnotes.length > 0 ? html`<ol class="notes">${footnotes}</ol>` : nothing}${others.length > 0 ? html`<ul class="notes">${others}</ul>` : nothing}`
}
