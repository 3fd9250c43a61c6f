/** Characters of a server's words that are kept. They are masked, made plain and cut to 400 where they are recorded. */
const MAX_MESSAGE = 1200
const MAX_TEXT = 200

/** The message of an error body in any of the forms that vLLM and proxies use, else the start of its text. */
export function bodyMessage(body: string): string {
  const parsed = documentOf(body)
  if (isObject(parsed)) {
    const { error } = parsed
    const inner = isObject(error) ? error['message'] : error
    const message = inner || parsed['message'] || parsed['detail']
    if (message) return (typeof message === 'string' ? message : JSON.stringify(message)).slice(0, MAX_MESSAGE)
  }
  return textOf(body) || 'empty body'
}

/** The JSON value of a body; undefined when it is none. */
export function documentOf(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** Whether a body is an HTML page, such as the error page of a proxy. */
export const isPage = (body: string): boolean => /^\s*<(?:!doctype|html|head|body)\b/i.test(body)

/** The beginning of a body's text, without the tags of a page. */
export function textOf(body: string): string {
  if (!isPage(body)) return body.trim().slice(0, MAX_TEXT)
  const title = /<title[^>]*>([^<]{1,200})/i.exec(body)?.[1]?.trim()
  if (title) return title
  return body
    .replace(/<[^>]*>?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_TEXT)
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
