/** What is used of a token of markdown-it. */
export interface TableToken {
  readonly type: string
  /** Of an inline token: its Markdown. */
  readonly content: string
  attrSet(name: string, value: string): void
}

/** A cell with more characters holds words; tables of figures have none. */
const WORDY = 60
const FEWEST_COLUMNS = 3

/**
 * Names the column of each cell (`data-column`) of the tables of three columns and more that hold words: on a phone they are
 * shown as a block per row, because their last column, which says what to do, would not be seen. Tables of figures stay
 * tables.
 */
export function markWordyTables(tokens: readonly TableToken[]): void {
  for (const table of tablesIn(tokens)) {
    const heads = textsOf(table, 'th_open').map(({ text }) => text)
    const cells = textsOf(table, 'td_open')
    if (heads.length < FEWEST_COLUMNS || cells.every(({ text }) => text.length <= WORDY)) continue
    cells.forEach(({ cell }, at) => {
      cell.attrSet('data-column', heads[at % heads.length] ?? '')
    })
  }
}

/** The tokens of each table, its opening one first. Markdown has no table inside a table. */
function tablesIn(tokens: readonly TableToken[]): TableToken[][] {
  const tables: TableToken[][] = []
  let open: TableToken[] | null = null
  for (const token of tokens) {
    if (token.type === 'table_open') {
      open = []
      tables.push(open)
    }
    open?.push(token)
    if (token.type === 'table_close') open = null
  }
  return tables
}

/** The cells of a kind with their text; links and code without their marks. */
const textsOf = (table: readonly TableToken[], kind: 'th_open' | 'td_open') =>
  table.flatMap((cell, at) =>
    cell.type === kind ? [{ cell, text: plain(table[at + 1]?.type === 'inline' ? table[at + 1]!.content : '') }] : [],
  )

const plain = (markdown: string): string => markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '')
