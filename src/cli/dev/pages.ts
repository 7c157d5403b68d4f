/** Loads a page again when its files change, and when the server is another. */
export const reloadScript = `{
  const feed = new EventSource('/@oriel/changes');
  let server;
  feed.onmessage = ({ data }) => {
    const { started } = JSON.parse(data);
    if (started === undefined || (server !== undefined && server !== started)) location.reload();
    server = started ?? server;
  };
}
`;

/** Shows what came to the inbox, the newest first. All of it is text: what is sent may be anything. */
export const inboxPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Inbox</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
  pre { background: #8881; overflow: auto; padding: 0.5rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<h1>Inbox</h1>
<p>Send webhooks to <code id="address"></code>. What came, the newest first:</p>
<p id="nothing">Nothing yet.</p>
<main aria-live="polite"></main>
<script type="module">
const add = (parent, tag, text) => Object.assign(parent.appendChild(document.createElement(tag)), { textContent: text });
document.getElementById('address').textContent = location.origin + '/@inbox';
const list = document.querySelector('main');
const feed = new EventSource('/@oriel/inbox/feed');
feed.onopen = () => list.replaceChildren();
feed.onmessage = ({ data }) => {
  const { time, method, path, headers, body } = JSON.parse(data);
  const bytes = Uint8Array.from(atob(body), (char) => char.charCodeAt(0));
  const entry = document.createElement('details');
  add(entry, 'summary', time + '  ' + method + ' ' + path + '  ' + bytes.length + ' bytes');
  add(entry, 'pre', headers.map((pair) => pair.join(': ')).join('\\n'));
  add(entry, 'pre', new TextDecoder().decode(bytes));
  document.getElementById('nothing').hidden = true;
  list.prepend(entry);
};
</script>
</html>
`;
