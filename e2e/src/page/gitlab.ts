/// <reference lib="dom" />
import { glClientSDK } from '@gitlab/application-sdk-browser';

declare const COLLECTOR_URL: string;
declare const APP_ID: string;

const sdk = glClientSDK({ appId: APP_ID, host: COLLECTOR_URL, hasCookieConsent: true });
sdk.page();
sdk.identify('user-1', { user_name: 'Jane', plan: 'gold' });
sdk.track('purchased', { plan: 'gold', seats: 3 });
sdk.track('bare');
