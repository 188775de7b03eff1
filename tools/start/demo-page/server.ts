import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { assertPortFree, LOOPBACK } from '@headwater/stack';

export interface DemoPage {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves, on loopback, a page with the real browser tracker that sends to `collectorUrl`. */
export async function serveDemoPage(collectorUrl: string, port: number): Promise<DemoPage> {
  const bundle = buildSync({
    entryPoints: [join(__dirname, 'page.ts')],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    target: 'es2020',
    define: { COLLECTOR_URL: JSON.stringify(collectorUrl) },
  });
  const files = new Map([
    ['/', { type: 'text/html; charset=utf-8', body: readFileSync(join(__dirname, 'index.html')) }],
    [
      '/page.js',
      {
        type: 'text/javascript; charset=utf-8',
        body: Buffer.from(bundle.outputFiles[0]?.contents ?? new Uint8Array()),
      },
    ],
  ]);
  const server = createServer((request, response) => {
    const file = files.get(request.url?.split('?')[0] ?? '/');
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is only one page here: /\n');
      return;
    }
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-store' }).end(file.body);
  });
  if (port !== 0) await assertPortFree('the demo page', port);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${LOOPBACK}:${String(taken)}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
