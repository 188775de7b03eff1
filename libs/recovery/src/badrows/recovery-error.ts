import { badrowUri, type RowMaker } from './row';
import { failuresOf, messageOf, processorOf } from './texts';
import { trackerProtocolViolations } from './tracker-protocol-violations';

/** A replay that could not be worked on; inside it what was to be recovered, as a row of its own. */
export const recoveryError: RowMaker = (event) => ({
  failure: { error: failuresOf(event).map(messageOf).join(' '), configName: event.replay_id },
  payload: {
    schema: badrowUri('tracker_protocol_violations'),
    data: { processor: processorOf(event), ...trackerProtocolViolations(event) },
  },
});
