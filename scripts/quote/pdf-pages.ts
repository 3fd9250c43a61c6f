/** Pages of a PDF that Chromium printed: its page objects are not compressed. Null where none is found. */
export function pagesOf(pdf: Buffer): number | null {
  const found = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)
  return found === null ? null : found.length
}
