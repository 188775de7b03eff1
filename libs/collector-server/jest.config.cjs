module.exports = { ...require('../../jest.preset.cjs'), rootDir: __dirname, displayName: 'collector-server' };
