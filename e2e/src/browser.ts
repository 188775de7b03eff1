import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { buildSync } from 'esbuild';

/** Flags that keep Debian's Chromium from looking for hosts outside this machine. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser for several pages: starting one is most of the work of a short visit. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS });

/** Opens a page that carries a bundle of real tracker code, hands it to `use`, and closes everything; a `browser` that was given stays. */
export async function withTrackedPage(
  collectorUrl: string,
  appId: string,
  use: (page: Page) => Promise<void>,
  script = 'page.ts',
  browser?: Browser,
): Promise<void> {
  const bundle = buildSync({
    entryPoints: [join(__dirname, 'page', script)],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2020',
    define: { COLLECTOR_URL: JSON.stringify(collectorUrl), APP_ID: JSON.stringify(appId) },
  });
  const html = readFileSync(join(__dirname, 'page/index.html'));
  const code = Buffer.from(bundle.outputFiles[0]?.contents ?? new Uint8Array());
  const server = createServer((request: IncomingMessage, response) => {
    const isScript = request.url?.startsWith('/page.js') === true;
    response
      .writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' })
      .end(isScript ? code : html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const opened = browser ?? (await startBrowser());
  // With storage of its own, as another visitor's.
  const context = await opened.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${String(port)}/?utm_source=mail&utm_campaign=autumn`);
    await use(page);
  } finally {
    await context.close();
    if (opened !== browser) await opened.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
