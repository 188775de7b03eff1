/** Bare Fastify: the body as a buffer, handed to the sink; answers when the sink has it. */
import fastify from 'fastify';
import { numberSetting } from './settings';
import { openSink } from './sink';

async function main(): Promise<void> {
  const sink = await openSink();
  const app = fastify({ logger: false });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.post('*', async (request, reply) => {
    await sink(request.body as Buffer);
    return reply.type('text/plain').send('ok');
  });
  await app.listen({ port: numberSetting('PORT'), host: '127.0.0.1' });
}

void main();
