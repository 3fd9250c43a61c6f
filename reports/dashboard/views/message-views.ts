import { html, nothing } from '../../render/html/template.ts'
import type { View } from '../page/shell.ts'

/** A page that says one thing in place of figures: what is wrong, and what to type. */
export const messageView = (title: string, message: string, commands: readonly string[] = []): View => ({
  title,
  section: null,
  simulated: false,
  body: html`<p class="problem">${message}</p>
${commands.length === 0 ? nothing : html`<ul class="jump">${commands.map((command) => html`<li><code>${command}</code></li>`)}</ul>`}`,
})

/** The form for the token. `problem` says why the last one was not taken. */
export const loginView = (problem: string | null): View => ({
  title: 'Log in',
  section: null,
  simulated: false,
  body: html`${problem === null ? nothing : html`<p class="problem" role="alert">${problem}</p>`}
<form class="ask" method="post" action="/login"><label>Token<input name="token" type="password" autocomplete="current-password" required autofocus></label><button class="button">Log in</button><p>The token that this dashboard was started with.</p></form>`,
})
