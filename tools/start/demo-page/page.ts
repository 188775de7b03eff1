/// <reference lib="dom" />
import {
  newTracker,
  trackPageView,
  trackSelfDescribingEvent,
  trackStructEvent,
} from '@snowplow/browser-tracker';
import {
  enableLinkClickTracking,
  LinkClickTrackingPlugin,
} from '@snowplow/browser-plugin-link-click-tracking';

declare const COLLECTOR_URL: string;

const sent = document.querySelector<HTMLOListElement>('#sent');
const note = (text: string): void => {
  const item = document.createElement('li');
  item.textContent = `${new Date().toLocaleTimeString()}  ${text}`;
  sent?.prepend(item);
};
const on = (selector: string, event: string, run: (event: Event) => void): void => {
  document.querySelector(selector)?.addEventListener(event, run);
};

newTracker('page', COLLECTOR_URL, {
  appId: 'demo-page',
  plugins: [LinkClickTrackingPlugin()],
  contexts: { webPage: true, session: true },
});
enableLinkClickTracking();
trackPageView();
note('page view');

on('#buy', 'click', () => {
  trackStructEvent({ category: 'cart', action: 'add', label: 'kettle', value: 1 });
  note('structured event: cart / add');
});
on('#break', 'click', () => {
  trackSelfDescribingEvent({
    event: {
      schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1',
      data: { elementId: 'break' },
    },
  });
  note('link click without its target: it will fail its schema');
});
on('#more', 'click', () => {
  note('link click');
});
on('#search', 'submit', (event) => {
  event.preventDefault();
  const terms = document.querySelector<HTMLInputElement>('#terms')?.value.split(/\s+/).filter(Boolean) ?? [];
  trackSelfDescribingEvent({
    event: {
      schema: 'iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0',
      data: { terms: terms.length > 0 ? terms : ['kettle'] },
    },
  });
  note('site search');
});
