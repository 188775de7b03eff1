// Loaded before a service (NODE_OPTIONS=--require): its clock is HEADWATER_CLOCK_SHIFT_MS milliseconds wrong.
const shift = Number(process.env.HEADWATER_CLOCK_SHIFT_MS);
const RealDate = Date;
globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + shift);
    else super(...parts);
  }
  static now() {
    return RealDate.now() + shift;
  }
};
