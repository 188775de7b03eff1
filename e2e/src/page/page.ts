/// <reference lib="dom" />
import {
  ButtonClickTrackingPlugin,
  enableButtonClickTracking,
} from '@snowplow/browser-plugin-button-click-tracking';
import { ClientHintsPlugin } from '@snowplow/browser-plugin-client-hints';
import { enableErrorTracking, ErrorTrackingPlugin } from '@snowplow/browser-plugin-error-tracking';
import { enableFormTracking, FormTrackingPlugin } from '@snowplow/browser-plugin-form-tracking';
import {
  enableLinkClickTracking,
  LinkClickTrackingPlugin,
} from '@snowplow/browser-plugin-link-click-tracking';
import { PerformanceNavigationTimingPlugin } from '@snowplow/browser-plugin-performance-navigation-timing';
import {
  newTracker,
  trackPageView,
  trackSelfDescribingEvent,
  trackStructEvent,
} from '@snowplow/browser-tracker';

declare const COLLECTOR_URL: string;
declare const APP_ID: string;

newTracker('page', COLLECTOR_URL, {
  appId: APP_ID,
  plugins: [
    ButtonClickTrackingPlugin(),
    ClientHintsPlugin(true),
    ErrorTrackingPlugin(),
    FormTrackingPlugin(),
    LinkClickTrackingPlugin(),
    PerformanceNavigationTimingPlugin(),
  ],
  contexts: { webPage: true, session: true, browser: true },
});
enableButtonClickTracking();
enableErrorTracking();
enableFormTracking();
enableLinkClickTracking();
trackPageView({ title: 'Tracked page' });
trackStructEvent({ category: 'cart', action: 'add', label: 'kettle', value: 2.5 });
trackSelfDescribingEvent({
  event: {
    schema: 'iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0',
    data: { terms: ['tea', 'pot'], totalResults: 7 },
  },
});
document.querySelector('#form')?.addEventListener('submit', (event) => {
  event.preventDefault();
});
document.querySelector('#broken')?.addEventListener('click', () => {
  throw new TypeError('a defect of the page');
});
