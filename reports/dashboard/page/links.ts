import type { RunRecord } from '../../../harness/record/schema/run.ts'

/** Runs that a page shows: live and simulated ones never together. */
export type RunSource = RunRecord['source']

/** The address of a page with its parameters; names go through the address as they are, whatever is in them. */
function address(path: string, parameters: Readonly<Record<string, string | null>>): string {
  const pairs = Object.entries(parameters).flatMap(([key, value]) =>
    value === null || value === '' ? [] : [`${key}=${encodeURIComponent(value.toWellFormed())}`],
  )
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

/** Addresses of the pages of one source. */
export function linksOf(source: RunSource) {
  const stamp = { source: source === 'simulated' ? source : null }
  return {
    fleet: (query = '') => address('/', { q: query, ...stamp }),
    server: (host: string) => address('/server', { host, ...stamp }),
    cards: () => address('/cards', stamp),
    card: (card: string) => address('/card', { card, ...stamp }),
    scenarios: () => address('/scenarios', stamp),
    scenario: (name: string) => address('/scenario', { name, ...stamp }),
    run: (digest: string) => address('/run', { digest }),
    compare: (before = '', after = '') => address('/compare', { before, after, ...stamp }),
    quotable: () => address('/quotable', {}),
    running: () => address('/running', {}),
  }
}

export type Links = ReturnType<typeof linksOf>

/** A condition of a query with any text as its value: quotes and separators cannot be in one, and stand as `*`. */
export const condition = (key: string, value: string): string => {
  const text = value.replace(/["|]/g, '*')
  return /^[^\s,"]+$/.test(text) ? `${key}=${text}` : `${key}="${text}"`
}
