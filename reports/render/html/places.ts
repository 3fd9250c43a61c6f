/** The place of an interpolation in a template, which decides how it is escaped. */
export type Place =
  | { readonly kind: 'content' }
  /** Inside a quoted attribute value. */
  | { readonly kind: 'attribute' }
  /** Inside a tag, outside of quotes, where another attribute is allowed. */
  | { readonly kind: 'tag' }
  /** Inside `<script>` or `<style>`, where no entity is decoded. */
  | { readonly kind: 'raw'; readonly element: string }

type State =
  | { readonly in: 'content' }
  | { readonly in: 'tag'; readonly element: string }
  | { readonly in: 'quotes'; readonly quote: string; readonly element: string }
  | { readonly in: 'raw'; readonly element: string }

const CONTENT: State = { in: 'content' }
const known = new WeakMap<readonly string[], readonly Place[]>()

/**
 * The place of each interpolation, from the fixed parts of a template around them. Throws for a template that has one
 * where no text is safe (a tag's or attribute's name, an unquoted value, a comment) or that ends inside a tag.
 */
export function placesOf(parts: readonly string[]): readonly Place[] {
  const found = known.get(parts)
  if (found !== undefined) return found
  const places: Place[] = []
  let state: State = CONTENT
  for (const part of parts.slice(0, -1)) {
    state = after(part, state)
    places.push(placeIn(state, part))
  }
  const end = after(parts.at(-1)!, state)
  if (end.in !== 'content')
    throw new SyntaxError(`the template ends inside ${end.in === 'raw' ? `<${end.element}>` : 'a tag'}`)
  known.set(parts, places)
  return places
}

function placeIn(state: State, before: string): Place {
  if (state.in === 'raw') return { kind: 'raw', element: state.element }
  if (state.in === 'quotes') return { kind: 'attribute' }
  if (state.in === 'content') {
    if (/<[/!]?$/.test(before)) throw new SyntaxError('the name of a tag cannot be interpolated')
    return { kind: 'content' }
  }
  // Attributes bring a space of their own, so that a tag's or attribute's name before them ends.
  if (/=\s*$/.test(before)) throw new SyntaxError('the value of an attribute must be in quotes')
  return { kind: 'tag' }
}

/** The state behind a fixed part that begins in a state. */
function after(part: string, from: State): State {
  let [state, rest] = [from, part]
  while (rest !== '') [state, rest] = step(state, rest)
  return state
}

/** Up to the next border: the state behind it, and what is left. */
function step(state: State, rest: string): [State, string] {
  switch (state.in) {
    case 'content': {
      const found = /<(!--|!doctype\b|\/?[a-z][^\s/>]*)/i.exec(rest)
      if (found === null) return [CONTENT, '']
      if (found[1] === '!--') throw new SyntaxError('a template has no comments: no text is safe in one')
      return [{ in: 'tag', element: found[1]!.toLowerCase() }, rest.slice(found.index + found[0].length)]
    }
    case 'tag': {
      const found = /["'>]/.exec(rest)
      if (found === null) return [state, '']
      const left = rest.slice(found.index + 1)
      if (found[0] !== '>') return [{ in: 'quotes', quote: found[0], element: state.element }, left]
      return [/^(script|style)$/.test(state.element) ? { in: 'raw', element: state.element } : CONTENT, left]
    }
    case 'quotes': {
      const at = rest.indexOf(state.quote)
      return at < 0 ? [state, ''] : [{ in: 'tag', element: state.element }, rest.slice(at + 1)]
    }
    case 'raw': {
      const at = rest.toLowerCase().indexOf(`</${state.element}`)
      return at < 0
        ? [state, '']
        : [{ in: 'tag', element: `/${state.element}` }, rest.slice(at + 2 + state.element.length)]
    }
  }
}
