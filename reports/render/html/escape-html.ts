import { printable } from '../plain-text.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for HTML content and for quoted attributes. */
export const escapeHtml = (value: string): string =>
  printable(value).replace(/[&<>"']/g, (character) => entities[character]!)

/** JSON for a script element of type application/json: no text can end the element or start a comment. */
export const escapeJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) => (typeof inner === 'string' ? printable(inner) : inner)).replaceAll(
    '<',
    '\\u003c',
  )

/** Any text as an id: letters, digits and dashes; what else there was becomes its code. */
export const htmlId = (value: string): string =>
  value.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.codePointAt(0)!.toString(16)}`)
