import type { EventStore, Kept } from '../event-store';
import { html, Html } from './html';

/** Latest events of each kind that are shown. */
export const SHOWN = 50;
/** Characters of one event that are shown; the API has all of it. */
const LONGEST = 20_000;

/**
 * The whole page. Works without its script, which only keeps it up to date.
 *
 * @param host under which the reader reaches the sandbox
 */
export function pageOf(store: EventStore, host: string): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Headwater sandbox</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/micro/ui/styles.css" />
        <script src="/micro/ui/script.js" defer></script>
      </head>
      <body>
        <header>
          <h1>Headwater sandbox</h1>
          <p>Point a tracker at this address. Events appear here as soon as they are answered.</p>
          <p class="tools">
            <label for="filter">Show only</label>
            <input
              id="filter"
              type="search"
              placeholder="event, app, schema, reason"
              autocomplete="off"
              spellcheck="false"
            />
            <button id="pause" type="button" aria-pressed="false">Pause</button>
            <button id="reset" type="button">Forget all events</button>
          </p>
        </header>
        <main id="rows">${new Html(rowsOf(store, host))}</main>
        <footer>
          <p>
            As JSON: <a href="/micro/all">all</a>, <a href="/micro/good">good</a>,
            <a href="/micro/bad">bad</a>.
          </p>
        </footer>
      </body>
    </html> `.text;
}

/** What changes on the page. */
export function rowsOf(store: EventStore, host: string): string {
  const { totals, dropped, forgotten } = store;
  const shown = [...store.find('good', () => true, SHOWN), ...store.find('bad', () => true, SHOWN)].sort(
    (one, other) => other.number - one.number,
  );
  const more = [
    dropped > 0 ? `${String(dropped)} dropped on purpose` : '',
    forgotten > 0 ? `${String(forgotten)} forgotten for want of room` : '',
  ].filter(Boolean);
  return html`<p id="counts" role="status" data-latest="${store.latest}">
      <strong>${totals.good}</strong> good,
      <strong class="${totals.bad > 0 ? 'bad' : 'none'}">${totals.bad}</strong>
      bad${more.length > 0 ? `, ${more.join(', ')}` : ''}
    </p>
    ${
      shown.length === 0
        ? empty(host)
        : html`<ol class="events">
            ${shown.map(row)}
          </ol>`
    }`.text;
}

const empty = (host: string): Html =>
  html`<p class="empty">
    No event yet. Try:
    <code>curl 'http://${host}/i?e=pv&amp;p=web&amp;tv=curl&amp;url=https://example.com/'</code>
  </p>`;

function row(event: Kept): Html {
  const { kind, number, at, eventType, schema, appId, testId, reasons, contexts } = event;
  const time = new Date(at).toISOString();
  return html`<li class="${kind}">
    <details id="event-${number}">
      <summary>
        <span class="verdict">${kind}</span>
        <span class="what">${titleOf(eventType, schema, event.failureType)}</span>
        <span class="app">${appId}</span>
        ${testId === null ? '' : html`<span class="test">test ${testId}</span>`}
        <time datetime="${time}">${time.slice(11, 23)}</time>${
          reasons.length === 0
            ? ''
            : html`<ul class="reasons">
                ${reasons.map((reason) => html`<li>${reason}</li>`)}
              </ul>`
        }
      </summary>
      ${contexts.length === 0 ? '' : html`<p>Contexts: ${contexts.join(', ')}</p>`}
      <pre tabindex="0">${indented(event.json)}</pre>
    </details>
  </li>`;
}

function titleOf(eventType: string | null, schema: string | null, failureType: string | null): string {
  const name = schema === null ? null : schema.replace(/^iglu:/, '');
  return [failureType, eventType, name].filter((part) => part !== null).join(' · ') || 'request';
}

function indented(text: string): string {
  const long = JSON.stringify(JSON.parse(text), null, 2);
  return long.length <= LONGEST ? long : `${long.slice(0, LONGEST)}\n… (all of it: /micro/good, /micro/bad)`;
}
