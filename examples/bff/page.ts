/** A page whose script knows no token: it has the session's cookie, which it cannot read, and calls routes of its own site. */
export const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Notes</title>
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <h1>Notes</h1>
    <form id="in" method="post" action="/auth/oauth/idp" hidden><button>Sign in</button></form>
    <form id="add" hidden><input name="text" aria-label="Note" required /> <button>Add</button></form>
    <ul id="notes"></ul>
    <p id="problem" role="alert"></p>
  </body>
</html>`;

export const script = `
const part = (id) => document.getElementById(id);

async function api(method, path, body) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch('/api' + path, { method, headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (response.ok) return answer;
  // 401: nobody is logged in. 403: not by this provider, or without what is needed of it. Both are put right by signing in.
  if (response.status === 401 || response.status === 403) part('in').hidden = false;
  throw new Error(answer.code ?? answer.message);
}

async function show() {
  const notes = await api('GET', '/notes');
  part('add').hidden = false;
  part('notes').replaceChildren(
    ...notes.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
  );
}

function guarded(work) {
  part('problem').textContent = '';
  work().catch((error) => (part('problem').textContent = error.message));
}

part('add').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = new FormData(event.target).get('text');
  guarded(() => api('POST', '/notes', { text }).then(show));
});
guarded(show);
`;
