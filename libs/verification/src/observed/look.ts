/** Something that could be looked at, or the reason why not. */
export type Look<T> =
  | { readonly kind: 'seen'; readonly value: T }
  /** Nobody asked for it, or it cannot be seen from here. */
  | { readonly kind: 'not looked at'; readonly why: string }
  /** It was tried until the time was over, or there was only one time to look, and nobody could. */
  | { readonly kind: 'failed'; readonly why: string };

export const notLooked = (why: string): { readonly kind: 'not looked at'; readonly why: string } => ({
  kind: 'not looked at',
  why,
});
