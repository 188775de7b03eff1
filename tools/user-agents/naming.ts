/** Which of the two projects' words are compared. */
export type Naming = 'browser' | 'system' | 'device';

/**
 * Where uap-core and ua-parser-js have different words for one thing: uap-core's, ours. Only names are here, never a
 * finer thing for a coarser one, but for "Mobile" and versions, which we state in fields of their own.
 */
export const names: Readonly<Record<Naming, Readonly<Record<string, string>>>> = {
  browser: {
    'Amazon Silk': 'Silk',
    Android: 'Android Browser',
    'BlackBerry WebKit': 'BlackBerry',
    'Chrome Mobile': 'Chrome',
    'Chrome Mobile iOS': 'Chrome',
    'Chrome Mobile WebView': 'Chrome WebView',
    'Edge Mobile': 'Edge',
    'Firefox Beta': 'Firefox',
    'Firefox Mobile': 'Firefox',
    'IE Mobile': 'IEMobile',
    'Mobile Safari UI/WKWebView': 'WebKit',
    'Opera Mobile': 'Opera Mobi',
    'QQ Browser': 'QQBrowser',
    'QQ Browser Mobile': 'QQBrowser',
    'UC Browser': 'UCBrowser',
    'WeChat Browser': 'WeChat',
    'Yandex Browser': 'Yandex',
  },
  system: {
    'BlackBerry OS': 'BlackBerry',
    'Chrome OS': 'Chromium OS',
    'Mac OS X': 'Mac OS',
    'Symbian OS': 'Symbian',
    'Symbian^3 Belle': 'Symbian',
    'Windows Phone': 'Windows Phone OS',
  },
  device: {},
};

/** What is expected of a case, in all the ways in which it may be said. */
interface Expected {
  readonly family: string;
  readonly brand?: string | null;
  readonly model?: string | null;
}

/**
 * Whether a name is the expected one: case, spaces, dashes and underscores aside, by the table of {@link names}. A device
 * is also the expected one when it is named by its model alone, because we do not put the brand in front of it.
 */
export function sameAs(naming: Naming, said: string, { family, brand, model }: Expected): boolean {
  const expected = [family, names[naming][family] ?? family];
  if (naming === 'device' && model != null && model !== '') expected.push(model, `${brand ?? ''} ${model}`);
  return expected.some((name) => folded(name) === folded(said));
}

const folded = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '');
