import { FONT_PX } from './chart-look.ts'

/**
 * The drawing of ECharts in a third of its bytes and the same in every pixel: without what is for the mouse and what the element
 * around it says for all of its elements, lines of one look in one path, points relative to the one before. Ids contain the chart's id instead
 * of the number of charts drawn before. A tenth of a unit is finer than any screen.
 */
export function slimSvg(svg: string, id: string): string {
  const plain = svg
    .replace(/( id="|url\(#)zr\d+-/g, `$1g-${id}-`)
    .replace(/<style\b[\s\S]*?<\/style>/g, '')
    .replace(/ (?:class|pointer-events|ecmeta_\w+|xml:space)="[^"]*"/g, '')
    .replace(/<rect width="\d+" height="\d+" x="0" y="0" fill="none"[^>]*><\/rect>\n?/, '')
    .replace(/ (?:d|points|transform)="[^"]*"/g, (attribute) => attribute.replace(/(-?\d+\.\d)\d+/g, '$1'))
    .replace(/\n+/g, '')
    .replaceAll(`style="font-size:${FONT_PX}px;font-family:inherit;"`, '')
    .replace(/(<text\b[^>]*?) dominant-baseline="central"/g, '$1')
    .replace(/(<(?:path|polyline)\b[^>]*?) fill="none"/g, '$1')
    .replace(/ d="([^"]*)"/g, (_, path: string) => ` d="${relativePath(path)}"`)
    .replace(/ {2,}/g, ' ')
    .replace(/ ?><\/(?:path|polyline|rect|circle|line)>/g, '/>')
  return joinedPaths(plain)
}

/** Straight lines as steps from the point before, in tenths so that nothing adds up; any other path as it is. */
function relativePath(path: string): string {
  if (!/^M[-\d. ]+(?:[ML][-\d. ]+)*$/.test(path)) return path
  let [x, y] = [0, 0]
  let last = ''
  let written = ''
  for (const [, command, pair] of path.matchAll(/([ML])([-\d. ]+)/g)) {
    const [toX, toY] = pair!
      .trim()
      .split(/\s+/)
      .map((value) => Math.round(Number(value) * 10)) as [number, number]
    if (command === 'M') written += `M${tenths(toX)}${spaced(tenths(toY))}`
    else {
      const step = `${tenths(toX - x)}${spaced(tenths(toY - y))}`
      written += last === 'L' ? spaced(step) : `l${step}`
    }
    ;[x, y, last] = [toX, toY, command!]
  }
  return written
}

/** `1.5`, `.5`, `-.5`, `3`. */
const tenths = (value: number): string => String(value / 10).replace(/^(-?)0\./, '$1.')
/** A minus separates two numbers by itself. */
const spaced = (text: string): string => (text.startsWith('-') ? text : ` ${text}`)

/** Paths that follow each other and differ only in where they lie, as one. */
function joinedPaths(svg: string): string {
  return svg.replace(/(?:<path d="M[^"]*"([^>]*)\/>)(?:<path d="M[^"]*"\1\/>)+/g, (all, look: string) => {
    // filled or see-through shapes may cover each other
    if (/ fill=|opacity/.test(look)) return all
    const lines = [...all.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path).join('')
    return all.slice(0, all.indexOf('/>') + 2).replace(/ d="[^"]*"/, ` d="${lines}"`)
  })
}
