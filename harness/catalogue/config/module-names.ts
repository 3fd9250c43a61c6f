/**
 * Whether a module is named by an entry of a list of modules that are not quantised. The lists are Python's: a part of the
 * name (transformers), a glob (ModelOpt), or `re:` and a regular expression (compressed-tensors). Expressions come from
 * the file, so they are not run: their literal pieces must occur in this order.
 */
export function namesModule(entry: string, module: string): boolean {
  if (entry.startsWith('re:')) {
    const alternatives = entry.slice('re:'.length).split('|')
    return alternatives.some((expression) =>
      inOrder(literalPieces(expression).map(belowModel), module, expression.endsWith('$')),
    )
  }
  const bare = belowModel(entry)
  if (bare.includes('*')) return inOrder(bare.split('*'), module, !bare.endsWith('*'))
  // a whole module, one that contains it, or the last part of its name, but not half of a word
  return bare !== '' && `.${module}.`.includes(`.${bare}.`)
}

/** A name without the parts that only some checkpoints of a model have in front of its layers. */
const belowModel = (name: string): string => name.replace(/^(?:\*?\.?(?:model|language_model)\.)+/, '')

/** The parts of a regular expression that stand for themselves. */
function literalPieces(expression: string): string[] {
  const unescaped = expression.replace(/\\d|\[[^\]]*\]|\(\?:|[()^$]/g, '*').replace(/\\(.)/g, '$1')
  return unescaped.split(/\.?[*+?]+/)
}

/**
 * Whether the pieces occur in a text one after another, and with `toEnd` the last one up to the end of a name in it
 * (`mlp.gate` is not `mlp.gate_proj`); an empty list occurs nowhere.
 */
function inOrder(pieces: readonly string[], text: string, toEnd: boolean): boolean {
  const stated = pieces.filter((piece) => piece !== '')
  if (stated.length === 0) return pieces.length > 1
  let from = 0
  for (const [index, piece] of stated.entries()) {
    let at = text.indexOf(piece, from)
    const isLast = index === stated.length - 1
    while (toEnd && isLast && at !== -1 && !endsName(text, at + piece.length)) at = text.indexOf(piece, at + 1)
    if (at === -1) return false
    from = at + piece.length
  }
  return true
}

const endsName = (text: string, at: number): boolean => at === text.length || text[at] === '.'
