/// <reference lib="dom" />
import { glClientSDK } from '@gitlab/application-sdk-browser';

declare const COLLECTOR_URL: string;
declare const APP_ID: string;

const ACTIONS = 12;
const PAUSE_MS = 1_500;

const sdk = glClientSDK({ appId: APP_ID, host: COLLECTOR_URL, hasCookieConsent: true });
for (let action = 0; action < ACTIONS; action += 1)
  setTimeout(() => {
    sdk.track('retries', { action: String(action) });
  }, action * PAUSE_MS);
