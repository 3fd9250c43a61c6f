import { styleText } from 'node:util'
import { plainText } from '../../harness/plain-text.ts'
import { displayWidth } from '../../reports/render/plain-text.ts'
import type { Terminal, View } from '../support/view.ts'
import type { Size } from './frame.ts'
import { type RowPart, rowText } from './row.ts'

/** Four redraws per second. */
const REDRAW_MS = 250

/** The live block at the bottom of a terminal: drawn while there is something to show. */
export interface Screen {
  /** Shows the block from now on, and again every 250 ms; no effect where it is shown. */
  show(): void
  /** Takes it away and gives the cursor back. */
  hide(): void
}

/** What log-update draws with. */
type Draw = ReturnType<typeof import('log-update')['createLogUpdate']>

/** The block on a terminal; `rows` gives what it shows at its size. */
export function screenOn(
  terminal: Terminal,
  { color }: Pick<View, 'color'>,
  rows: (size: Size) => readonly RowPart[][],
): Screen {
  const paint = ({ text, style }: RowPart) => {
    const plain = plainText(text)
    return color && style ? styleText(style, plain, { validateStream: false }) : plain
  }
  let draw: Draw | null = null
  let timer: NodeJS.Timeout | null = null
  let shownWidths: readonly number[] = []
  /** Something else stands in the last line. */
  let isAway = false
  let columns = terminal.columns
  const clear = () => {
    if (draw === null || shownWidths.length === 0) return
    // a narrower terminal has broken what was shown into more rows than log-update knows of
    const broken =
      terminal.columns < columns ? shownWidths.map((width) => Math.ceil(width / Math.max(1, terminal.columns))) : []
    const more = broken.reduce((sum, each) => sum + Math.max(0, each - 1), 0)
    if (more > 0) terminal.write('\u001b[1A\u001b[2K'.repeat(more))
    draw.clear()
    shownWidths = []
  }
  const redraw = () => {
    if (draw === null || isAway) return
    if (terminal.columns !== columns) clear()
    columns = terminal.columns
    const shown = rows(terminal)
    shownWidths = shown.map((parts) => displayWidth(rowText(parts)))
    if (shown.length > 0) draw(shown.map((parts) => rowText(parts, paint)).join('\n'))
  }
  const start = async () => {
    const { createLogUpdate } = await import('log-update')
    // hidden while it was loaded
    if (timer === null) return
    draw ??= createLogUpdate(terminal as unknown as NodeJS.WritableStream)
    isAway = false
    terminal.place({
      hide() {
        clear()
        isAway = true
      },
      show() {
        isAway = false
        redraw()
      },
    })
    redraw()
  }
  return {
    show() {
      if (timer !== null) return
      timer = setInterval(redraw, REDRAW_MS)
      // a block that nobody takes away keeps no command from its end
      timer.unref()
      // a run does not end because it cannot be drawn
      void start().catch(() => undefined)
    },
    hide() {
      if (timer === null) return
      clearInterval(timer)
      timer = null
      clear()
      terminal.place(null)
      draw?.done()
    },
  }
}
