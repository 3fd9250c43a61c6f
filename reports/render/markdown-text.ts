import { printable } from './plain-text.ts'

/** Escapes one line for Markdown, table cells included. */
export function escapeMarkdown(value: string): string {
  return printable(value)
    .replace(/[\\`*_[\]{}|~#!]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
