import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node

/** What a page of the site leads to, and what can be led to in it. */
interface SitePage {
  readonly ids: ReadonlySet<string>
  readonly hrefs: readonly string[]
}

/**
 * What is wrong with the built site in a folder, one line each: a link to a page, an anchor or a file that is not there, and a
 * page that its search does not know. Links to other sites are not followed.
 */
export async function siteProblems(folder: string): Promise<string[]> {
  const files = globSync('**/*.html', { cwd: folder }).filter(
    (file) => file !== '404.html' && !file.startsWith('files/'),
  )
  const pages = new Map(files.map((file) => [`/${file}`, readPage(join(folder, file))]))
  const copies = new Set(globSync('files/**/*.*', { cwd: folder }).map((file) => `/${file}`))
  const broken = [...pages].flatMap(([page, { hrefs }]) =>
    hrefs.flatMap((href) => {
      const fault = faultOf(href, page, { pages, copies })
      return fault === null ? [] : [`${page}: ${href}: ${fault}`]
    }),
  )
  const found = await searchedPages(folder)
  const unknown = [...pages.keys()]
    .filter((page) => !found.has(page))
    .map((page) => `${page}: the search does not know it`)
  return [...new Set(broken), ...unknown]
}

function readPage(file: string): SitePage {
  const ids = new Set<string>()
  const hrefs: string[] = []
  const visit = (node: Node): void => {
    if ('attrs' in node) {
      for (const { name, value } of node.attrs) {
        if (name === 'id') ids.add(value)
        if (name === 'href' && node.tagName === 'a') hrefs.push(value)
      }
    }
    if ('childNodes' in node) node.childNodes.forEach(visit)
  }
  visit(parse(readFileSync(file, 'utf8')))
  return { ids, hrefs }
}

/** Why a link of a page leads nowhere; null where it leads somewhere, or to another site. */
function faultOf(
  href: string,
  page: string,
  { pages, copies }: { readonly pages: ReadonlyMap<string, SitePage>; readonly copies: ReadonlySet<string> },
): string | null {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(href)) return null
  const [path = '', anchor] = href.split('#')
  const target = path === '' ? page : posix.resolve(posix.dirname(page), decodeURI(path))
  if (copies.has(target)) return null
  const found = [target, `${target}.html`, posix.join(target, 'index.html')].find((name) => pages.has(name))
  if (found === undefined) return 'no such page'
  if (anchor === undefined || anchor === '') return null
  return pages.get(found)?.ids.has(decodeURIComponent(anchor)) ? null : 'no such place on the page'
}

/** The pages of which the index of the search has a part. */
async function searchedPages(folder: string): Promise<Set<string>> {
  const [index] = globSync('assets/chunks/@localSearchIndex*.js', { cwd: folder })
  if (index === undefined) return new Set()
  const { default: text } = (await import(pathToFileURL(join(folder, index)).href)) as { default: string }
  const { documentIds } = JSON.parse(text) as { documentIds: Record<string, string> }
  return new Set(
    Object.values(documentIds).map((id) => {
      const path = (id.split('#')[0] ?? '').replace(/\/$/, '/index')
      return path.endsWith('.html') ? path : `${path}.html`
    }),
  )
}
