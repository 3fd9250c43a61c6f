import { printable } from '../plain-text.ts'
import { type Place, placesOf } from './places.ts'

/** Markup that is inserted into a page without escaping. Only this module can create it. */
class Markup {
  readonly markup: string
  /** Whether `trusted` made it: only then is it allowed inside `<script>` or `<style>`. */
  readonly isTrusted: boolean
  constructor(markup: string, isTrusted: boolean) {
    this.markup = markup
    this.isTrusted = isTrusted
  }
}

/** Attributes of an element, each with a space before it. */
class AttributeList {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

export type Html = Markup
export type Attributes = AttributeList
/** Text and numbers are escaped. There is no null or boolean: use `nothing` for absent markup. */
export type Interpolation = string | number | bigint | Html | Attributes | readonly Html[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for content and for quoted attributes; without control characters and marks that reorder text. */
const escapeHtml = (value: string): string => printable(value).replace(/[&<>"']/g, (character) => entities[character]!)

/**
 * HTML from a template. Whatever is interpolated is escaped, in content and in quoted attributes, unless it is `Html`
 * (or an array of it) itself. Throws where escaping would not help: at an unquoted attribute, in a tag's name, in a
 * comment, in `<script>` and `<style>`, and where a template ends inside a tag. A URL from outside needs a check of
 * its scheme besides.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Interpolation[]): Html {
  const places = placesOf(strings)
  const parts = values.map((value, index) => interpolated(value, places[index]!) + strings[index + 1]!)
  return new Markup(strings[0]! + parts.join(''), false)
}

/** No markup, for absent parts. */
export const nothing: Html = new Markup('', false)

/** Pieces in a row, text among them escaped, with white space between them. */
export const joined = (parts: readonly (Html | string)[], between: '' | '\n' | '&nbsp;' = ''): Html =>
  new Markup(parts.map(content).join(between), false)

/** Attributes by name, for a tag: `<tr${attributes({ class: 'total' })}>`. Those that are null are omitted. */
export function attributes(values: Readonly<Record<string, string | number | null>>): Attributes {
  const written = Object.entries(values).flatMap(([name, value]) => {
    if (!/^[a-z][a-z-]*$/.test(name)) throw new TypeError(`not the name of an attribute: ${name}`)
    return value === null ? [] : [` ${name}="${escapeHtml(String(value))}"`]
  })
  return new AttributeList(written.join(''))
}

/** Markup, script or style that is inserted without escaping; the reason says why no outside text can be in it. */
export const trusted = (markup: string, _reason: string): Html => new Markup(markup, true)

/** A value as JSON inside a script element of type application/json: no text in it can end the element or start a comment. */
export const jsonOf = (value: unknown): Html =>
  trusted(
    JSON.stringify(value, (_key, inner) => (typeof inner === 'string' ? printable(inner) : inner)).replaceAll(
      '<',
      '\\u003c',
    ),
    'no < is left, so that nothing in it can end the element or start a comment',
  )

function interpolated(value: Interpolation, place: Place): string {
  if (place.kind === 'content') return content(value)
  if (place.kind === 'attribute') {
    if (typeof value === 'object') throw new TypeError('an attribute takes text or a number, not markup')
    return escapeHtml(String(value))
  }
  if (place.kind === 'tag') {
    if (value instanceof AttributeList) return value.markup
    throw new TypeError('inside a tag only a value in quotes takes text; for a whole attribute use attributes()')
  }
  if (!(value instanceof Markup && value.isTrusted)) {
    throw new TypeError(`<${place.element}> takes only what is trusted(): escaping does not work in there`)
  }
  if (value.markup.toLowerCase().includes(`</${place.element}`)) throw new TypeError(`would end <${place.element}>`)
  return value.markup
}

function content(value: Interpolation): string {
  if (typeof value !== 'object') return escapeHtml(String(value))
  if (value instanceof Markup) return value.markup
  if (value instanceof AttributeList) throw new TypeError('attributes() belong into a tag')
  return value.map(content).join('')
}
