const { rmSync } = require('node:fs');

module.exports = async () => {
  const started = globalThis.headwaterClickHouse;
  if (!started) return;
  await started.engine.stop();
  rmSync(started.dataDir, { recursive: true, force: true });
};
