/** The process that makes the load, on a processor of its own. It is told what to do over the channel of its parent, and ends with it. */
import { Generator } from './generator';
import type { LoadCounts, LoadQuestion, LoadReply } from './protocol';

let generator: Generator | null = null;

async function answer(question: LoadQuestion): Promise<LoadCounts> {
  if (question.kind === 'start') {
    await generator?.stop();
    generator = new Generator(question.plan);
    return generator.counts();
  }
  if (generator === null) throw new Error('there is no load to count or to stop');
  return question.kind === 'count' ? generator.counts() : generator.stop();
}

process.on('message', (question: LoadQuestion) => {
  const send = (reply: LoadReply): void => {
    process.send?.(reply);
  };
  answer(question).then(
    (counts) => {
      send({ question: question.question, counts });
    },
    (error: unknown) => {
      send({ question: question.question, error: String(error) });
    },
  );
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group: the parent stops this one when it is done.
process.on('SIGINT', () => undefined);
