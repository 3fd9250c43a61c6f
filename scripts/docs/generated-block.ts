/**
 * A page with a new text between `<!-- generated: NAME -->` and `<!-- end -->`. Throws RangeError for a page without such a
 * block.
 */
export function withBlock(page: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->`
  const from = page.indexOf(begin)
  const to = page.indexOf('<!-- end -->', from)
  if (from < 0 || to < 0) throw new RangeError(`the page has no block ${begin} … <!-- end -->`)
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`
}
