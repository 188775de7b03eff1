/// <reference lib="dom" />
import { newTracker, trackStructEvent } from '@snowplow/browser-tracker';

declare const COLLECTOR_URL: string;
declare const APP_ID: string;

/** What visitors do goes on, and what could not be sent goes with it. */
const ACTIONS = 12;
const PAUSE_MS = 1_500;

newTracker('retries', COLLECTOR_URL, { appId: APP_ID, connectionTimeout: 3_000, bufferSize: 1 });
for (let action = 0; action < ACTIONS; action += 1)
  setTimeout(() => {
    trackStructEvent({ category: 'retries', action: String(action) });
  }, action * PAUSE_MS);
