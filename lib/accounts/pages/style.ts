/** The style sheet of the pages in the box. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #fff; --ink: #1b1f24; --muted: #56606b; --line: #dfe3e8; --field: #848d97;
  --accent: #1a5fb4; --accent-deep: #134a8e; --on-accent: #fff; --focus: #1a5fb4;
  --good: #1c4d33; --good-back: #e3f0e6; --bad: #9c1f17; --bad-back: #fbe7e4;
  --shadow: 0 1px 2px rgb(20 30 45 / 6%), 0 12px 32px -16px rgb(20 30 45 / 22%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161b; --card: #1b2128; --ink: #e9edf2; --muted: #a9b3be; --line: #2f3842; --field: #7d8894;
    --accent: #8ab4f8; --accent-deep: #aecbfa; --on-accent: #10161d; --focus: #8ab4f8;
    --good: #b5e3c4; --good-back: #1c3428; --bad: #f6b9b2; --bad-back: #43211f;
    --shadow: 0 1px 2px rgb(0 0 0 / 30%), 0 12px 32px -16px rgb(0 0 0 / 65%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; grid-template-columns: minmax(0, 1fr); align-items: center; justify-items: center; padding: clamp(1rem, 5vw, 3rem) 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.55 ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { width: 100%; max-width: 26rem; }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -.01em; margin: 0 0 1.25rem; text-wrap: balance; }
h2 { font-size: 1.1rem; line-height: 1.3; margin: 1.75rem 0 .75rem; }
p, ul, ol, dl { margin: 0 0 1.25rem; }
code { font: .9375em/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.site { margin: 0 0 1rem; color: var(--muted); font-weight: 600; text-align: center; overflow-wrap: anywhere; }
.card { padding: clamp(1.25rem, 6vw, 2rem); border: 1px solid var(--line); border-radius: 14px; background: var(--card); box-shadow: var(--shadow); overflow-wrap: anywhere; }
.card > :last-child { margin-bottom: 0; }
label { display: block; font-weight: 600; margin: 0 0 .35rem; }
input:not([type=checkbox]), select { width: 100%; min-height: 2.75rem; font: inherit; padding: .5rem .75rem; border: 1px solid var(--field); border-radius: 8px; background: var(--card); color: inherit; }
input[aria-invalid=true] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad); }
.field { margin: 0 0 1.25rem; }
fieldset { min-width: 0; margin: 0 0 1.25rem; padding: .5rem 1rem .75rem; border: 1px solid var(--line); border-radius: 8px; }
legend { padding: 0 .35rem; font-weight: 600; }
form > .hint { margin: 0 0 .6rem; }
form + ul { margin-top: 1.5rem; }
.choice { display: flex; gap: .6rem; align-items: center; min-height: 1.5rem; font-weight: 400; }
.choice input { flex: none; width: 1.15rem; height: 1.15rem; margin: 0; accent-color: var(--accent); }
.hint, .wrong { font-size: .9rem; margin: .35rem 0 0; }
.hint { color: var(--muted); }
.wrong { color: var(--bad); font-weight: 600; }
.notice { padding: .75rem 1rem; border-inline-start: 4px solid currentcolor; border-radius: 8px; background: var(--good-back); color: var(--good); }
.impersonation { margin: 0 0 1.5rem; padding: .75rem 1rem 1rem; border: 2px solid var(--bad); border-radius: 8px; }
.impersonation p { margin: 0 0 .75rem; }
.notice.bad { background: var(--bad-back); color: var(--bad); }
button, .button { display: block; width: 100%; min-height: 2.75rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; padding: .6rem 1rem; border: 1px solid transparent; border-radius: 8px; background: var(--accent); color: var(--on-accent); cursor: pointer; }
button:hover, .button:hover { background: var(--accent-deep); color: var(--on-accent); }
button.quiet, .button.quiet { background: transparent; color: var(--accent); border-color: var(--field); }
button.quiet:hover, .button.quiet:hover { border-color: var(--accent-deep); color: var(--accent-deep); }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--accent-deep); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.notice:focus { outline: none; }
.passkeys { list-style: none; margin: 0 0 1.5rem; padding: 0; }
.passkeys li { border-block-end: 1px solid var(--line); padding: .75rem 0; }
.passkeys p { margin: 0 0 .25rem; overflow-wrap: anywhere; }
.links { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin: 1.5rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--line); list-style: none; }
form + form { margin-top: 1rem; }
form + p { margin-top: 1.75rem; }
.devices, .factors { padding: 0; list-style: none; }
.devices li, .factors li { padding: 1rem 0; border-top: 1px solid var(--line); }
.devices p, .factors p { margin: 0 0 .75rem; }
.qr { width: 12rem; max-width: 100%; margin: 0 auto 1.25rem; padding: .75rem; border: 1px solid var(--line); border-radius: 8px; background: #fff; }
.qr svg { display: block; width: 100%; height: auto; }
.key { display: inline-block; margin-top: .35rem; user-select: all; }
.codes { padding: 1rem 1rem 1rem 2.5rem; border: 1px solid var(--line); border-radius: 8px; }
.codes code { user-select: all; }
@media (max-width: 30rem) { body { align-items: start; } }
@media print { .site, .links, form { display: none; } .card { border: 0; box-shadow: none; padding: 0; } }
@media (forced-colors: active) { .card, .notice, button { border: 1px solid; } }
`;
