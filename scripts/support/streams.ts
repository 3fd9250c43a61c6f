import { withoutInvisible } from '../../harness/plain-text.ts'
import type { Mask } from '../../harness/secret-mask.ts'
import type { Block, Terminal } from './view.ts'

/** Errors of a closed reader: of a pipe (EPIPE, `| head`), of a closed terminal (EIO). */
const readerGone = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])

/** Writes to a stream of the process. After its reader has closed it, further output is dropped. */
export function writerOf(stream: NodeJS.WriteStream, mask: Mask): (text: string) => void {
  let isOpen = true
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!readerGone.has(error.code ?? '')) throw error
    isOpen = false
  })
  return (text) => {
    if (!isOpen) return
    const masked = mask(text)
    stream.write(stream.isTTY === true ? withoutInvisible(masked) : masked)
  }
}

/** A terminal whose bottom may hold a block, and how the streams that end there write above it. */
export interface Bottom {
  readonly terminal: Terminal
  /** The same writer above the block. What does not end its line keeps the block away until the line ends. */
  above(write: (text: string) => void): (text: string) => void
}

/** Size of a terminal that does not say its own: some report 0. */
const USUAL = { columns: 80, rows: 24 }

/** The bottom of the terminal of a stream. */
export function bottomOf(stream: Pick<NodeJS.WriteStream, 'columns' | 'rows'>, write: (text: string) => void): Bottom {
  let block: Block | null = null
  let isInLine = false
  return {
    terminal: {
      isTTY: true,
      get columns() {
        return stream.columns || USUAL.columns
      },
      get rows() {
        return stream.rows || USUAL.rows
      },
      write,
      place: (next) => {
        block = next
        if (isInLine) next?.hide()
      },
    },
    above: (writeBelow) => (text) => {
      if (text === '') return
      block?.hide()
      writeBelow(text)
      isInLine = !text.endsWith('\n')
      if (!isInLine) block?.show()
    },
  }
}
