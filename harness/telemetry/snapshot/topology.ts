/** The path between two cards: a cell of `nvidia-smi topo -m`. */
export interface Link {
  readonly from: string
  readonly to: string
  /** X, PIX, PXB, PHB, NODE, SYS, or NV and a number of NVLinks. */
  readonly path: string
}

/** nvidia-smi underlines the header even when its output is a pipe. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches escape sequences to remove them.
const stripAnsi = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '')

/** Links between GPUs in the text of `nvidia-smi topo -m` (or `topo -p2p r`, whose cells are OK, CNS, NS, …). */
export function parseTopology(text: string): Link[] {
  const lines = stripAnsi(text).split(/\r?\n/)
  const headerAt = lines.findIndex((line) => /^\s*GPU0\b/.test(line) && !/^\s*GPU0\s+X\b/.test(line))
  if (headerAt < 0) return []
  const columns = (lines[headerAt] as string)
    .trim()
    .split(/\t+|\s{2,}|\s(?=GPU\d)/)
    .map((name) => name.trim())
  const links: Link[] = []
  for (const line of lines.slice(headerAt + 1)) {
    const [from = '', ...cells] = line.trim().split(/\s+/)
    if (!/^GPU\d+$/.test(from)) {
      if (links.length > 0 && /legend/i.test(line)) break
      continue
    }
    columns.forEach((to, index) => {
      const path = cells[index]
      if (/^GPU\d+$/.test(to) && path !== undefined && to !== from) links.push({ from, to, path })
    })
  }
  return links
}

/** Number of active NVLinks in the output of `nvidia-smi nvlink -s`; 0 for each of its many texts without a link. */
export function countNvlinks(text: string): number {
  return [...stripAnsi(text).matchAll(/^\s*Link \d+:\s*[\d.]+\s*GB\/s/gm)].length
}
