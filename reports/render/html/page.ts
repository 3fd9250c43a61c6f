import { createHash } from 'node:crypto'
import type { Report } from '../../report.ts'
import { simulatedBanner } from '../simulated-words.ts'
import { bannerHtml } from './banner.ts'
import { clientScript } from './client-bundle.ts'
import { htmlDocument } from './document.ts'
import { answerSection } from './page/answer-section.ts'
import { chapterSection } from './page/chapter-section.ts'
import { type Chapter, chaptersOf } from './page/chapters.ts'
import { contents, unprinted } from './page/contents.ts'
import { ownAssumptions } from './page/own-assumptions.ts'
import { reportStyle } from './page/report-style.ts'
import { pageStyle } from './page-style.ts'
import { tableNotes } from './table/table-notes.ts'
import { type Html, html, joined, nothing, trusted } from './template.ts'

/**
 * The report as one HTML file that loads nothing: its policy forbids the network and allows only this script. It begins with the
 * answer; the chapters below fold. Readable without the script; with it, the contents mark where the reader is, tables can be
 * sorted, and the economics follow the reader's assumptions.
 */
export function renderHtml(report: Report): string {
  const script = clientScript()
  const title = report.title + (report.simulated ? ' (SIMULATED)' : '')
  const chapters = chaptersOf(report)
  const { answer } = report
  const body = html`${contents(chapters, answer !== undefined)}
<div class="page"><header><h1>${report.title}</h1>${byline(report)}${bannerHtml(simulatedBanner(report))}</header>
<main>
${report.money === null ? nothing : ownAssumptions(report.money)}
${answer === undefined ? nothing : answerSection(answer)}
${joined(
  chapters.map((chapter) => chapterSection(chapter, report)),
  '\n',
)}
${notes(chapters)}
${unprinted(chapters)}
</main></div>`
  return htmlDocument({
    title,
    style: trusted(pageStyle + reportStyle, 'a constant of the project'),
    body,
    script: {
      sha256: createHash('sha256').update(script).digest('base64'),
      source: trusted(script, 'bundled from the project only; it writes the content of a report as text'),
    },
  })
}

/** Who publishes it, and when it was measured. */
function byline({ author, answer }: Report): Html {
  const when = answer?.facts.find(({ label }) => label === 'When')?.text
  const parts = [...(author === undefined ? [] : [`By ${author}`]), ...(when === undefined ? [] : [when])]
  return parts.length === 0 ? nothing : html`<p class="byline">${parts.join(' · ')}</p>`
}

/** The notes of all tables, which their buttons open; on paper those of the chapters that are printed. */
const notes = (chapters: readonly Chapter[]): Html =>
  html`<div class="end-notes"><h2>Notes</h2>${chapters.map(
    ({ id, tables }) => html`<div class="e-${id}">${joined(tables.map(tableNotes), '\n')}</div>`,
  )}</div>`
