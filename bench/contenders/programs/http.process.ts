/** Bare node:http: reads the body, hands it to the sink, answers when the sink has it. */
import { createServer } from 'node:http';
import { numberSetting } from './settings';
import { openSink } from './sink';

async function main(): Promise<void> {
  const sink = await openSink();
  createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      sink(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).then(
        () => response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 }).end('ok'),
        () => response.writeHead(503, { 'content-length': 0 }).end(),
      );
    });
  }).listen(numberSetting('PORT'), '127.0.0.1');
}

void main();
