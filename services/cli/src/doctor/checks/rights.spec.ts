import { findingsOf } from '../testing/an-installation';
import { rights } from './rights';

const oneBroker = (): Promise<{
  clusterId: string;
  controller: number;
  brokers: [{ id: 0; host: ''; port: 1 }];
}> => Promise.resolve({ clusterId: 'abc', controller: 0, brokers: [{ id: 0, host: '', port: 1 }] });
const open = (): Promise<null> => Promise.resolve(null);

describe('the check of rights', () => {
  it('counts the rules of the authorizer', async () => {
    expect(await findingsOf(rights)).toEqual([
      expect.objectContaining({ state: 'ok', seen: 'It holds 0 rules.' }),
    ]);
  });

  it('warns of a cluster on which everybody may do everything', async () => {
    expect(await findingsOf(rights, { brokers: { accessRules: open } })).toEqual([
      expect.objectContaining({ state: 'warning' }),
    ]);
    expect(await findingsOf(rights, { brokers: { accessRules: open, cluster: oneBroker } })).toEqual([
      expect.objectContaining({ state: 'ok' }),
    ]);
  });

  it('says when this user may not look', async () => {
    const accessRules = (): Promise<never> => Promise.reject(new Error('Cluster authorization failed'));
    expect(await findingsOf(rights, { brokers: { accessRules } })).toEqual([
      expect.objectContaining({
        state: 'not checked',
        seen: 'User doctor may not list them (Cluster authorization failed).',
      }),
    ]);
  });
});
