import { Headwater } from './harness';
import { doctor } from './subjects/doctor.e2e';
import { naughtyStrings } from './subjects/naughty-strings.e2e';
import { replay } from './subjects/replay.e2e';
import { retries } from './subjects/retries.e2e';
import { trackers } from './subjects/trackers.e2e';
import { verify } from './subjects/verify.e2e';
import { hastyQualityMonitor, seedHistory, volume } from './subjects/volume.e2e';

/**
 * One installation, and all that is asked of one: starting it takes longer than most of the tests. Each subject has apps of
 * its own, and leaves the installation as it found it; the first finds it new. One subject alone: `-t 'headwater doctor'`.
 */
describe('an installation', () => {
  let headwater: Headwater;
  const installation = (): Headwater => headwater;

  beforeAll(async () => {
    headwater = await Headwater.start(
      {
        env: {
          collector: { COUNTS__INTERVAL_MS: '1000', ADDRESS__TRUSTED_PROXIES: '1' },
          'quality-monitor': hastyQualityMonitor,
        },
      },
      seedHistory,
    );
  });

  afterAll(() => headwater.stop());

  volume(installation, () => {
    doctor(installation);
    trackers(installation);
    naughtyStrings(installation);
    verify(installation);
    retries(installation, () => {
      replay(installation);
    });
  });
});
