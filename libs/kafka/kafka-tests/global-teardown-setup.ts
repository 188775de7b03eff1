import { running } from './running-setup';

export default async function teardown(): Promise<void> {
  await running.stop();
}
