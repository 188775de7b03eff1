/** Keeps the page up to date: asks each second while it is seen, leaves open what is open, and hides what the filter does not name. */
export const script = `'use strict';
const rows = document.getElementById('rows');
const filter = document.getElementById('filter');
const pause = document.getElementById('pause');
let paused = false;
let known = '';

function show() {
  const wanted = filter.value.toLowerCase();
  for (const item of rows.querySelectorAll('.events > li'))
    item.hidden = wanted !== '' && !item.querySelector('summary').textContent.toLowerCase().includes(wanted);
}

function replace(text) {
  if (text === known) return;
  const open = new Set([...rows.querySelectorAll('details[open]')].map((each) => each.id));
  const focused = document.activeElement && document.activeElement.closest('details');
  const inSummary = focused && document.activeElement.tagName === 'SUMMARY';
  rows.innerHTML = text;
  known = text;
  for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  if (focused) document.getElementById(focused.id)?.querySelector(inSummary ? 'summary' : 'pre')?.focus({ preventScroll: true });
  show();
}

async function refresh() {
  try {
    const response = await fetch('/micro/ui/rows', { cache: 'no-store' });
    if (response.ok) replace(await response.text());
    document.body.classList.remove('gone');
  } catch {
    document.body.classList.add('gone');
  }
}

async function forever() {
  for (;;) {
    await new Promise((done) => setTimeout(done, 1000));
    if (!paused && !document.hidden) await refresh();
  }
}

filter.addEventListener('input', show);
pause.addEventListener('click', () => {
  paused = !paused;
  pause.setAttribute('aria-pressed', String(paused));
  pause.textContent = paused ? 'Go on' : 'Pause';
});
document.getElementById('reset').addEventListener('click', async () => {
  await fetch('/micro/reset', { method: 'POST' });
  await refresh();
});
void forever();
`;
