/** The setting of a program or role: `qualityMonitor` for `quality-monitor`, so that its variable ends in `QUALITY_MONITOR`. */
export const settingOf = (name: string): string =>
  name.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
