/**
 * Ends the process with an exit code once all that was printed has left it. It does not wait for what is still open: kafkajs forgets
 * connections of brokers that it lost, and a program that is done would stay until a broker closes them, ten minutes later.
 */
export function endWith(code: number): void {
  process.stdout.write('', () => {
    process.stderr.write('', () => process.exit(code));
  });
}
