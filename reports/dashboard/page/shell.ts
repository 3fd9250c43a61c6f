import { bannerHtml } from '../../render/html/banner.ts'
import { attributes, type Html, html, joined, nothing } from '../../render/html/template.ts'
import { SIMULATED_WORDS } from '../../render/simulated-words.ts'
import { linksOf, type RunSource } from './links.ts'

/** The pages that every page links to. */
export type Section = 'fleet' | 'cards' | 'scenarios' | 'compare' | 'quotable' | 'running'

/** One page of the dashboard, without what is around it. */
export interface View {
  readonly title: string
  /** The link that it belongs to; null for none. */
  readonly section: Section | null
  readonly body: Html
  /** Whether any figure in it is simulated: it is said before all others. */
  readonly simulated: boolean
}

/** What is around every page. */
export interface Frame {
  /** Where the runs are read from, as a person would name it; null before the login, which says nothing. */
  readonly store: string | null
  readonly runs: { readonly live: number; readonly simulated: number } | null
  readonly source: RunSource
  /** The address of this page for either source; null where it shows none. */
  readonly switchTo: Readonly<Record<RunSource, string>> | null
  /** Time at which it was read, ISO 8601. */
  readonly asOf: string
  readonly version: string
  readonly canLogOut: boolean
}

const names: readonly (readonly [Section, string])[] = [
  ['fleet', 'Fleet'],
  ['cards', 'Cards'],
  ['scenarios', 'Scenarios'],
  ['compare', 'Compare'],
  ['quotable', 'Quotable'],
  ['running', 'Running'],
]

/** A whole page. It loads its style and the script of the reports from the same server, and nothing else. */
export function dashboardPage(view: View, frame: Frame): string {
  const { title, body, simulated } = view
  const banner = bannerHtml(simulated ? SIMULATED_WORDS : null)
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}${simulated ? ' (SIMULATED)' : ''} - joulemark</title>
<link rel="stylesheet" href="/style.css">
<script src="/page.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
${frame.store === null ? html`<p class="bar"><strong>joulemark</strong></p>` : bar(view.section, frame)}
<h1>${title}</h1>
${switchOf(frame)}${banner}
</header>
<main id="main">
${body}
</main>
${frame.store === null ? nothing : footer(frame)}
</body>
</html>
`.markup
}

function bar(section: Section | null, { source, canLogOut }: Frame): Html {
  const links = linksOf(source)
  const items = names.map(
    ([name, label]) =>
      html`<li><a href="${links[name]()}"${attributes({ 'aria-current': name === section ? 'true' : null })}>${label}</a></li>`,
  )
  const out = canLogOut
    ? html`<form method="post" action="/logout"><button class="button">Log out</button></form>`
    : nothing
  return html`<div class="bar"><strong>joulemark</strong><nav aria-label="Pages"><ul>${items}</ul></nav>${out}</div>`
}

/** Only where there are runs of both sources: which of them this page is about, and the way to the other. */
function switchOf({ runs, source, switchTo }: Frame): Html {
  if (runs === null || switchTo === null || runs.live === 0 || runs.simulated === 0) return nothing
  const one = (which: RunSource, label: string) =>
    which === source ? html`<strong>${label}</strong>` : html`<a href="${switchTo[which]}">${label}</a>`
  return html`<p class="sources-switch">Runs: ${one('live', `live (${runs.live})`)} | ${one('simulated', `SIMULATED (${runs.simulated})`)}</p>`
}

const footer = ({ store, asOf, version }: Frame): Html =>
  html`<footer><p>${joined([`${store}, read ${asOf.slice(0, 19).replace('T', ' ')} UTC.`, `joulemark ${version}, read only.`], '\n')}</p></footer>`
