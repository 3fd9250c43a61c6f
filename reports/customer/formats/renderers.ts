import type { RenderedFile } from '../../report.ts'
import type { CustomerReport } from '../document.ts'
import { customerMarkdown } from './markdown.ts'

type Renderer = (report: CustomerReport) => Promise<RenderedFile[]>

/** Every file format of a report for customers, by the name that `--format` takes. */
export const customerRenderers = {
  md: async (report) => [{ name: 'customer.md', text: customerMarkdown(report) }],
  html: async (report) => {
    const { customerHtml } = await import('./html.ts')
    return [{ name: 'customer.html', text: customerHtml(report) }]
  },
  fragment: async (report) => {
    const { customerFragment } = await import('./html.ts')
    return [{ name: 'customer-fragment.html', text: customerFragment(report) }]
  },
} as const satisfies Record<string, Renderer>
