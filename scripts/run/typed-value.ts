/** A number where the text is one; any other text stays, and the reader of scenario files refuses it. */
export const typedValue = (text: string): string | number =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
